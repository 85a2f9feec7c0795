import Foundation
import Testing
import TestSupport
import VenusProxy

func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

@Suite("Credentials in Proxy-Authorization")
struct ProxyCredentialsTests {
    private func read(_ value: String) -> [String]? {
        ProxyCredentials(Array(value.utf8).span).map {
            [String(decoding: $0.service, as: UTF8.self), String(decoding: $0.key, as: UTF8.self)]
        }
    }

    @Test("are a name and a key, whatever the case of the scheme, and the first colon parts them")
    func good() {
        #expect(read("Basic Y2hlY2tvdXQ6a2V5") == ["checkout", "key"])
        #expect(read("bASIC   Y2hlY2tvdXQ6a2V5") == ["checkout", "key"])
        #expect(read("Basic " + base64("a:b:c")) == ["a", "b:c"])
        #expect(read("Basic " + base64(":")) == ["", ""])
        #expect(read("Basic " + base64("räksmörgås:ключ")) == ["räksmörgås", "ключ"])
    }

    @Test(
        "are none where the scheme, the base64 or the colon is missing",
        arguments: [
            "", "Basic", "Basic ", "Basic\tY2hlY2tvdXQ6a2V5", "BasicY2hlY2tvdXQ6a2V5", "Bearer Y2hlY2tvdXQ6a2V5",
            "Basic Y2hlY2tvdXQ6a2V", "Basic Y2hlY2tvdXQ6a2V5=", "Basic Y2hlY2tvdXQ6a2V5====", "Basic ====", "Basic =",
            "Basic Y2hl Y2tvdXQ6a2V5", "Basic Y2hlY2tv-_Q6a2V5", "Basic Y2hl=2tvdXQ6a2V5", "Basic Y2hlY2tvdXQ6a2V5,x",
            "Basic a", "Basic Y2hlY2tvdXQ=", "Basic Y2hlY2tvdXQ6a2W=Y2hl", "Basic OjE5", "Digest username=\"a:b\"",
        ])
    func bad(value: String) {
        guard value != "Basic OjE5" else { return #expect(read(value) == ["", "19"]) }
        #expect(read(value) == nil)
    }

    @Test("have one spelling: what base64 leaves over is zero")
    func leftOver() {
        #expect(read("Basic YTpi") == ["a", "b"])
        #expect(read("Basic YTo=") == ["a", ""])
        #expect(read("Basic YTp=") == nil)
        #expect(read("Basic Og==") == ["", ""])
        #expect(read("Basic Oh==") == nil)
    }

    @Test("are bounded in length")
    func huge() {
        let fits = "Basic " + base64("a:" + String(repeating: "k", count: 760))
        #expect(fits.utf8.count <= ProxyCredentials.maximumBytes)
        #expect(read(fits)?[1].count == 760)
        #expect(read("Basic " + base64("a:" + String(repeating: "k", count: 766))) == nil)
        #expect(read("Basic " + String(repeating: "A", count: 60_000)) == nil)
    }

    @Test("are what base64 made of any bytes, and never a trap on other bytes", arguments: 0..<4)
    func anyBytes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3_000 {
            let bytes = (0..<Int(random.next() % 40)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let credentials = ProxyCredentials(Array("Basic \(Data(bytes).base64EncodedString())".utf8).span)
            if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
                #expect(credentials?.service == Array(bytes[..<colon]))
                #expect(credentials?.key == Array(bytes[(colon + 1)...]))
            } else {
                #expect(credentials == nil)
            }
            _ = ProxyCredentials(bytes.span)
            _ = ProxyCredentials((Array("Basic ".utf8) + bytes).span)
        }
    }
}
