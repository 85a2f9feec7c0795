import Testing
import TestSupport
import VenusProxy

@Suite("A keys file")
struct ServiceKeysTests {
    private func digest(_ key: String) -> String { KeyDigest(of: Array(key.utf8)).hexadecimal }

    private func credentials(_ service: String, _ key: String) throws -> ProxyCredentials {
        try #require(ProxyCredentials(service: service, key: key))
    }

    private func faults(_ text: String) -> String? {
        do {
            _ = try ServiceKeys(text: text)
            return nil
        } catch { return error.description }
    }

    @Test("lets in whoever has a service's key, under that service's name and no other")
    func services() throws {
        let keys = try ServiceKeys(
            text: """
                # The shop's services
                checkout sha256:\(digest("one")) made on Monday

                  checkout   sha256:\(digest("two"))
                shop/räksmörgås sha256:\(digest("three").uppercased())	# with a note
                """)
        #expect(keys.keys.map(\.service) == ["checkout", "checkout", "shop/räksmörgås"])
        #expect(keys.keys.map(\.line) == [2, 4, 5])
        #expect(keys.keys.map(\.note) == ["made on Monday", "", "# with a note"])
        #expect(keys.services == ["checkout", "shop/räksmörgås"])
        #expect(keys.service(of: try credentials("checkout", "one")) == "checkout")
        #expect(keys.service(of: try credentials("checkout", "two")) == "checkout")
        #expect(keys.service(of: try credentials("shop/räksmörgås", "three")) == "shop/räksmörgås")
        let refused = [
            ("checkout", "three"), ("shop/räksmörgås", "one"), ("Checkout", "one"), ("checkout", "One"), ("", "one"),
            ("checkout", ""), ("checkout ", "one"), ("unknown", "one"), ("checkout", digest("one")),
        ]
        for (service, key) in refused {
            #expect(keys.service(of: try credentials(service, key)) == nil, "\(service) \(key)")
        }
    }

    @Test("may be empty, and end its lines as it likes")
    func empty() throws {
        #expect(try ServiceKeys(text: "").keys.isEmpty)
        #expect(try ServiceKeys(text: "\n# nothing\r\n\r\n   \n").keys.isEmpty)
        #expect(try ServiceKeys(text: "a sha256:\(digest("x"))\r\nb sha256:\(digest("y"))\r\n").keys.count == 2)
    }

    @Test("that is wrong is refused with the line and the reason, and nothing of what it holds")
    func errors() throws {
        let secret = "vpk_thekeyitself"
        let cases: [(String, String)] = [
            ("checkout", "line 1 is not `SERVICE sha256:DIGEST [NOTE]`"),
            (
                "\ncheckout \(secret)",
                "line 2 holds no digest: expected `sha256:` behind the service, never the key itself"
            ),
            ("checkout sha256:\(secret)", "line 1 holds a digest that is not 64 hexadecimal digits"),
            ("checkout sha256: \(digest(secret))", "line 1 holds a digest that is not 64 hexadecimal digits"),
            ("a:b sha256:\(digest(secret))", "line 1 names no service: a name has no colon"),
            ("a\u{7}b sha256:\(digest(secret))", "line 1 names no service: a name has no white space and no control"),
            (
                "\(String(repeating: "n", count: 256)) sha256:\(digest(secret))",
                "line 1 names no service: a name has 1 to 255 bytes"
            ),
            ("a sha256:\(digest(secret))\n#\nb sha256:\(digest(secret))", "line 3 has the same key as line 1"),
        ]
        for (text, expected) in cases {
            let message = try #require(faults(text))
            #expect(message.hasPrefix(expected))
            #expect(!message.contains(secret) && !message.contains(digest(secret)) && !message.contains("checkout"))
        }
        let many = try #require(faults(String(repeating: "wrong\n", count: 9)))
        #expect(many.hasSuffix("; and 4 more"))
    }

    @Test("is bounded in bytes, keys and services")
    func bounds() throws {
        #expect(faults(String(repeating: "#", count: ServiceKeys.maximumBytes + 1)) == "it is larger than 1024 KiB")
        let keys = { (count: Int, services: Int) in
            (0..<count).map { "s\($0 % services) sha256:\(self.digest("\($0)"))" }.joined(separator: "\n")
        }
        #expect(try ServiceKeys(text: keys(2_000, 500)).services.count == 500)
        #expect(try #require(faults(keys(2_001, 500))).hasPrefix("line 2001 is one too many"))
        #expect(try #require(faults(keys(501, 501))).hasPrefix("line 501 is one too many"))
    }

    @Test("of any text is either refused or reads back as it was written", arguments: 0..<4)
    func anyText(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let words = [
            "checkout", "sha256:", digest("k"), "sha256:" + digest("m"), "#", " ", "\n", "\r\n", "\t", "é", ":",
            "\u{0}",
            "\u{2028}", "a b", "SHA256:",
        ]
        for _ in 0..<3_000 {
            let text = (0..<Int(random.next() % 9)).map { _ in words[Int(random.next() % UInt64(words.count))] }
                .joined()
            guard let keys = try? ServiceKeys(text: text) else { continue }
            let again = try ServiceKeys(text: keys.keys.map(\.text).joined(separator: "\n"))
            #expect(again.keys.map(\.digest) == keys.keys.map(\.digest), "\(text)")
            #expect(again.keys.map(\.service) == keys.keys.map(\.service), "\(text)")
        }
    }

    @Test("a new key is 256 random bits that no URL has to escape")
    func newKeys() throws {
        var generator = SystemRandomNumberGenerator()
        let keys = (0..<200).map { _ in ServiceKey.random(using: &generator) }
        #expect(Set(keys).count == 200)
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        for key in keys {
            #expect(key.hasPrefix("vpk_") && key.count == 4 + 43)
            #expect(key.allSatisfy(alphabet.contains))
        }
        // Every place takes many values: 42 of 64, the last of 16.
        for place in 4..<47 {
            #expect(Set(keys.map { Array($0)[place] }).count > (place < 46 ? 40 : 10), "place \(place)")
        }
    }
}

extension ProxyCredentials {
    /// As a client sends them.
    init?(service: String, key: String) { self.init(Array("Basic \(base64(service + ":" + key))".utf8).span) }
}
