import Testing
import VenusProxy

@Suite("The digest of a key")
struct KeyDigestTests {
    @Test(
        "is SHA-256, by the examples of its standard's authors",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func examples(text: String, digest: String) { #expect(KeyDigest(of: Array(text.utf8)).hexadecimal == digest) }

    /// Chained, so that one digest tells whether all are right; the expected one comes from another implementation.
    @Test("is SHA-256 at every length around the edges of its blocks")
    func everyLength() {
        var chained: [UInt8] = []
        for count in 0..<200 {
            let message = (0..<count).map { UInt8(($0 * 7 + count) % 256) }
            chained = bytes(KeyDigest(of: chained + bytes(KeyDigest(of: message))))
        }
        #expect(hexadecimal(chained) == "e475a0e8f1848d8e9655882907a7af14abce39a89364566d38e55881cac34f30")
    }

    @Test("is read from 64 hexadecimal digits of either case, and from nothing else")
    func reading() throws {
        let text = String(repeating: "0123456789abcdef", count: 4)
        #expect(KeyDigest(hexadecimal: text)?.hexadecimal == text)
        #expect(KeyDigest(hexadecimal: text.uppercased()) == KeyDigest(hexadecimal: text))
        for wrong in [
            "", "00", text + "0", String(text.dropLast()), String(text.dropLast()) + "g", "é" + text.dropLast(2),
        ] {
            #expect(KeyDigest(hexadecimal: wrong) == nil, "\(wrong)")
        }
        let other = try #require(KeyDigest(hexadecimal: text.dropLast() + "0"))
        #expect(other != KeyDigest(hexadecimal: text))
    }

    private func bytes(_ digest: KeyDigest) -> [UInt8] {
        let digits = Array(digest.hexadecimal)
        // The digits are hexadecimal, by the type's promise.
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16)! }
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
