import TestSupport
import Testing
import VenusServer

@Suite("Frames on the wire")
struct WebSocketFrameTests {
    @Test("what RFC 6455 forbids closes the socket with its code, and the server lives")
    func forbidden() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let cases: [(String, Int, (RawWebSocket) throws -> Void)] = [
                ("unmasked", 1_002, { try $0.send(opcode: 1, isMasked: false, [65]) }),
                ("binary", 1_003, { try $0.send(opcode: 2, [1, 2, 3]) }),
                ("reserved opcode", 1_002, { try $0.send(opcode: 3, []) }),
                ("nothing to continue", 1_002, { try $0.send(opcode: 0, [65]) }),
                ("fragmented ping", 1_002, { try $0.send(opcode: 9, isFinal: false, []) }),
                ("long ping", 1_002, { try $0.send(opcode: 9, [UInt8](repeating: 0, count: 200)) }),
                ("not UTF-8", 1_007, { try $0.send(opcode: 1, [0xff, 0xfe]) }),
                ("too large", 1_009, { try $0.send(opcode: 1, [UInt8](repeating: 65, count: 40_000)) }),
                ("half a close code", 1_002, { try $0.send(opcode: 8, [3]) }),
                ("a close", 1_000, { try $0.send(opcode: 8, [0x03, 0xe8]) }),
            ]
            for (name, code, send) in cases {
                let socket = try await RawWebSocket(port: server.port, token: token)
                try send(socket)
                #expect(try await socket.closeCode() == code, "\(name)")
            }
            #expect(try await server.request("GET", "/healthz").status == 200)
        }
    }

    @Test("a ping is answered with its payload, also between the fragments of a message")
    func ping() async throws {
        try await withServer { server in
            let socket = try await RawWebSocket(port: server.port, token: try await server.signIn())
            #expect(try await socket.frame().opcode == 1)
            try socket.send(opcode: 1, isFinal: false, Array(#"{"type":"subscribe","#.utf8))
            try socket.send(opcode: 9, [1, 2, 3])
            let pong = try await socket.frame()
            #expect(pong.opcode == 10)
            #expect(pong.payload == [1, 2, 3])
            try socket.send(opcode: 0, Array(#""topic":"graph"}"#.utf8))
            #expect(try await socket.next()["type"].string == "snapshot")
        }
    }

    @Test("a silent client is pinged, and closed when it does not answer")
    func keepAlive() async throws {
        try await withServer {
            $0.pingInterval = .milliseconds(200)
            $0.silenceTimeout = .milliseconds(1_500)
        } _: { server in
            let socket = try await RawWebSocket(port: server.port, token: try await server.signIn())
            #expect(try await socket.frame().opcode == 1)
            #expect(try await socket.frame().opcode == 9)
            await #expect(throws: (any Error).self) { while true { _ = try await socket.frame() } }
        }
    }
}
