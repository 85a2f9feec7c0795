import Testing
import TestSupport
import VenusProxy

@Suite("A ServerHello")
struct ServerHelloTests {
    private func read(_ body: [UInt8]) -> ServerHello? { body.withUnsafeBufferPointer { ServerHello($0) } }

    @Test("of TLS 1.3 says so in an extension")
    func tls13() throws {
        let extensions = TLSBytes.extensionField(43, [3, 4]) + TLSBytes.extensionField(51, [0, 29, 0, 1, 5])
        let hello = try #require(read(TLSBytes.serverHello(extensions)))
        #expect(hello.version == .tls13)
        #expect(!hello.isRetry)
        #expect(!hello.resumes)
        #expect(hello.finishedRecordBytes == 69)
        let other = try #require(
            read(TLSBytes.serverHello(cipher: 0x1301, extensions + TLSBytes.extensionField(41, [0, 0]))))
        #expect(other.finishedRecordBytes == 53)
        #expect(other.resumes)
    }

    @Test("of TLS 1.2 names the protocol that was agreed on", arguments: ["h2", "http/1.1", "mqtt"])
    func tls12(name: String) throws {
        let hello = try #require(read(TLSBytes.serverHello(TLSBytes.protocols([name]))))
        #expect(hello.version == .tls12)
        #expect(hello.applicationProtocol == (name == "h2" ? .http2 : name == "mqtt" ? .other : .http11))
        #expect(read(TLSBytes.serverHello(nil))?.applicationProtocol == .unnamed)
    }

    @Test("may ask for another ClientHello")
    func retry() throws {
        let extensions = TLSBytes.extensionField(43, [3, 4])
        #expect(try #require(read(TLSBytes.serverHello(random: TLSBytes.retryRandom, extensions))).isRetry)
    }

    @Test("that is cut is malformed")
    func malformed() {
        let body = TLSBytes.serverHello(TLSBytes.extensionField(43, [3, 4]) + TLSBytes.protocols(["h2"]))
        let extensionsAt = 2 + 32 + 33 + 2 + 1
        for count in 0..<body.count { #expect((read(Array(body[..<count])) != nil) == (count == extensionsAt)) }
    }

    @Test("of any bytes is read or refused", arguments: 0..<4)
    func hostile(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let body = TLSBytes.serverHello(TLSBytes.extensionField(43, [3, 4]) + TLSBytes.protocols(["h2"]))
        var count = 0
        for _ in 0..<5_000 {
            var bytes = body
            for _ in 0...(random.next() % 4) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            if read(bytes) != nil { count += 1 }
        }
        #expect(count > 0)
    }
}
