import Foundation
import Testing
import TestSupport
import VenusProxy

@Suite("A ClientHello")
struct ClientHelloTests {
    private struct Reading: Equatable {
        var serverName: String
        var protocols: OfferedProtocols
        var version: TLSVersion?
    }

    /// What a stream of records says; `nil` while it is incomplete or if it is unreadable.
    private func read(_ stream: [UInt8]) -> Reading? {
        guard let body = message(stream) else { return nil }
        return body.withUnsafeBufferPointer { body in
            ClientHello(body).map { hello in
                Reading(
                    serverName: String(decoding: body[hello.serverName], as: UTF8.self), protocols: hello.protocols,
                    version: hello.highestVersion)
            }
        }
    }

    private func message(_ stream: [UInt8]) -> [UInt8]? {
        guard case .message(TLSHandshakeMessage.clientHello, let count) = reading(stream).result else { return nil }
        return Array(reading(stream).output[..<count])
    }

    private func reading(_ stream: [UInt8]) -> (result: TLSHandshakeMessage, output: [UInt8]) {
        var output = [UInt8](repeating: 0, count: TLSHandshakeMessage.maximumBytes)
        let result = stream.withUnsafeBufferPointer { stream in
            output.withUnsafeMutableBufferPointer { TLSHandshakeMessage.read(stream, into: $0) }
        }
        return (result, output)
    }

    private static let modern =
        TLSBytes.extensionField(0x0A0A, []) + TLSBytes.serverName("API.example.com")
        + TLSBytes.protocols(["h2", "http/1.1"])
        // A key share of X25519MLKEM768 beside one of GREASE.
        + TLSBytes.extensionField(51, TLSBytes.vector([UInt8](repeating: 1, count: 1_400), 2))
        + TLSBytes.versions([0x7A7A, 0x0304, 0x0303])

    private static func stream(_ extensions: [UInt8]?, version: Int = 0x0303, pieces: Int = 16_384) -> [UInt8] {
        let message = TLSBytes.message(1, TLSBytes.clientHello(version: version, extensions))
        return stride(from: 0, to: message.count, by: pieces).flatMap {
            TLSBytes.record(22, Array(message[$0..<min(message.count, $0 + pieces)]), version: 0x0301)
        }
    }

    private static let expected = Reading(
        serverName: "API.example.com", protocols: [.http2, .http11], version: .tls13)

    @Test("says the server's name, the protocols and the version, with GREASE and a large key share beside them")
    func modern() {
        let stream = Self.stream(Self.modern)
        #expect(stream.count > 1_460)
        #expect(read(stream) == Self.expected)
        #expect(read(stream + [1, 2, 3]) == Self.expected)
    }

    @Test(
        "of real clients is read", arguments: [("chromium", 1_917), ("curl", 517), ("node", 367), ("old", 118)])
    func real(client: String, count: Int) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Fuzz/Corpus/ClientHello")
        let stream = Array(try Data(contentsOf: folder.standardized.appending(path: client)))
        #expect(stream.count == count)
        let protocols: OfferedProtocols = client == "node" ? [] : [.http2, .http11]
        #expect(
            read(stream)
                == Reading(
                    serverName: client == "old" ? "" : "localhost", protocols: protocols,
                    version: client == "old" ? .tls10 : .tls13))
    }

    @Test("is incomplete up to its last byte, wherever it is cut")
    func segments() {
        let stream = Self.stream(Self.modern)
        for count in 0..<stream.count { #expect(reading(Array(stream[..<count])).result == .incomplete) }
    }

    @Test("may be spread over several records", arguments: [40, 100, 700])
    func records(pieces: Int) {
        let stream = Self.stream(Self.modern, pieces: pieces)
        #expect(read(stream) == Self.expected)
        for count in 0..<stream.count { #expect(reading(Array(stream[..<count])).result == .incomplete) }
    }

    @Test("spread over more records than anyone sends is not read")
    func tooManyRecords() { #expect(reading(Self.stream(Self.modern, pieces: 3)).result == .unreadable) }

    @Test("is not read beyond 16 KiB")
    func tooLong() {
        let long = TLSBytes.extensionField(51, [UInt8](repeating: 1, count: 17_000))
        #expect(reading(Self.stream(long)).result == .unreadable)
        let fits = TLSBytes.extensionField(51, [UInt8](repeating: 1, count: 16_000)) + TLSBytes.serverName("a.b")
        #expect(read(Self.stream(fits))?.serverName == "a.b")
    }

    @Test("of an old client has no extensions")
    func old() {
        #expect(read(Self.stream(nil, version: 0x0301)) == Reading(serverName: "", protocols: [], version: .tls10))
        #expect(read(Self.stream([], version: 0x0303)) == Reading(serverName: "", protocols: [], version: .tls12))
    }

    @Test(
        "names no server that is no host name",
        arguments: [
            "", "a b", "a\u{1B}[31m", "<script>", "ü.de", ".a", "a..b", "a.", String(repeating: "a", count: 64),
        ])
    func names(name: String) {
        #expect(read(Self.stream(TLSBytes.serverName(name)))?.serverName == "")
    }

    @Test("offers other protocols than HTTP")
    func others() {
        #expect(read(Self.stream(TLSBytes.protocols(["mqtt"])))?.protocols == .other)
        #expect(read(Self.stream(TLSBytes.protocols(["h2", "acme-tls/1"])))?.protocols == [.http2, .other])
    }

    @Test("whose lengths disagree is malformed")
    func malformed() {
        let body = TLSBytes.clientHello(Self.modern)
        for count in 0..<body.count {
            let isRead = body[..<count].withUnsafeBufferPointer { ClientHello($0) != nil }
            // Without the field of the extensions it is one of an old client.
            #expect(isRead == (count == 2 + 32 + 33 + 8 + 2), "\(count)")
        }
    }

    @Test("of any bytes is read or refused, and nothing else", arguments: 0..<4)
    func hostile(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let streams = [Self.stream(Self.modern), Self.stream(Self.modern, pieces: 50), Self.stream(nil)]
        for _ in 0..<5_000 {
            var stream = streams[Int(random.next() % 3)]
            for _ in 0...(random.next() % 6) {
                stream[Int(random.next() % UInt64(stream.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.next() % 3 == 0 { stream.removeLast(Int(random.next() % UInt64(stream.count))) }
            guard let reading = read(stream) else { continue }
            #expect(reading.serverName.utf8.count <= HostName.maximumBytes)
            #expect(reading.serverName.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        }
    }
}
