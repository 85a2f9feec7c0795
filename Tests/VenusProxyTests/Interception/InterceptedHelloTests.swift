import Testing
import VenusProxy

@Suite("The first thing that the client of an intercepted tunnel says")
struct InterceptedHelloTests {
    private func read(_ bytes: [UInt8]) -> InterceptedHello {
        let output = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: TLSHandshakeMessage.maximumBytes)
        defer { output.deallocate() }
        return bytes.withUnsafeBufferPointer { InterceptedHello.read($0, into: output) }
    }

    private let hello = TLSBytes.record(
        22,
        TLSBytes.message(1, TLSBytes.clientHello(TLSBytes.serverName("h") + TLSBytes.protocols(["h2", "http/1.1"]))))

    @Test("is a hello, however it is cut")
    func cut() {
        for count in 0..<hello.count { #expect(read(Array(hello[..<count])) == .incomplete) }
        #expect(read(hello) == .hello([.http2, .http11]))
        #expect(read(hello + [0xFF, 0xFF]) == .hello([.http2, .http11]))
    }

    @Test("is something else from the byte on that shows it")
    func other() {
        #expect(read(Array("SSH-2.0".utf8)) == .other)
        #expect(read([22, 0]) == .other)
        #expect(read(TLSBytes.record(22, TLSBytes.message(2, TLSBytes.serverHello(nil)))) == .other)
        #expect(read(TLSBytes.record(22, TLSBytes.message(1, [1, 2, 3]))) == .other)
        #expect(read(TLSBytes.record(22, 30)) == .other)
    }

    @Test("is given up when it is longer than any hello")
    func endless() {
        let records = (0..<70).flatMap { _ in TLSBytes.record(22, TLSBytes.number(0x01_00_3F_FF, 4)) }
        #expect(read(records) == .other)
    }
}
