import Glibc
import TestSupport
import Testing
import VenusCore
import VenusProxy

/// Responses that end where they should not, and connections that end when they may.
@Suite("A response that is cut short", .timeLimit(.minutes(2)))
struct TruncationTests {
    private static let chunks = "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"

    @Test(
        "never looks complete to the client, and is http_response_incomplete",
        arguments: [
            ("Content-Length: 9\r\n\r\nhello", false), ("Content-Length: 9\r\n\r\nhello", true), (chunks, false),
            (chunks, true), (chunks + "5\r\nhel", false), (chunks + "0\r\n", false), (chunks + "0\r\nA: b\r\n", true),
            ("X: until-close\r\n\r\nhello", true),
        ])
    func neverClean(rest: String, resets: Bool) async throws {
        try await withProxy { proxy, _ in
            for version in ["HTTP/1.1", "HTTP/1.0"] {
                let before = proxy.calls.count
                let exchange = try await RawExchange.run(
                    proxy, "GET http://ORIGIN/ \(version)\r\nHost: x\r\nConnection: close\r\n\r\n",
                    response: "HTTP/1.1 200 OK\r\n\(rest)", resets: resets)
                let call = try await proxy.calls(before + 1)[before].call
                #expect(call.outcome == .transportError)
                #expect(call.errorType == .httpResponseIncomplete)
                #expect(call.status == 200)
                // A length that is not reached and a last chunk that does not come tell by themselves.
                let tells = rest.hasPrefix("C") || (rest.hasPrefix("T") && version == "HTTP/1.1")
                #expect(exchange.isReset == !tells, "\(version)")
                #expect(!exchange.answer.hasSuffix("0\r\n\r\n"))
            }
        }
    }

    @Test(
        "in its head, or before it, is a 502 that says so",
        arguments: [
            ("", ErrorType.connectionTerminated), ("HTTP/1.1 200 OK\r\nContent-", .httpResponseIncomplete),
            ("HTTP/1.1 103 Early Hints\r\n\r\n", .httpResponseIncomplete),
        ])
    func inHead(response: String, type: ErrorType) async throws {
        try await withProxy { proxy, _ in
            for resets in [false, true] {
                let before = proxy.calls.count
                let exchange = try await RawExchange.run(
                    proxy, "GET http://ORIGIN/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", response: response,
                    resets: resets)
                #expect(exchange.answer.contains("HTTP/1.1 502 Bad Gateway\r\nProxy-Status: venus; error=\(type.name)"))
                #expect(try await proxy.calls(before + 1)[before].call.errorType == type)
                #expect(exchange.accepted == 1)
            }
        }
    }

    @Test(
        "or cannot be read is a 502, and the connection to the origin ends",
        arguments: [
            "Content-Length: x", "Content-Length: 1\r\nContent-Length: 2", "Content-Length: 1, 1",
            "Content-Length: 1\r\nTransfer-Encoding: chunked", "Transfer-Encoding: gzip", "A: b\r\n folded",
            "Connection: content-length", "Transfer-Encoding : chunked",
        ])
    func unreadable(fields: String) async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\n\(fields)\r\n\r\nx")
            _ = connection.readToEnd()
        }
        try await withProxy { proxy, other in
            let client = try proxy.client()
            #expect(try await client.get(origin.url()).status == 502)
            try await eventually { origin.openConnections == 0 }
            #expect(try await client.get(other.url()).status == 200)
        }
    }

    @Test(
        "or has more behind it leaves nothing for the next request to take as its answer", arguments: [0, 50])
    func surplus(milliseconds: UInt32) async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(connection.number)")
            usleep(milliseconds * 1_000)
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
            _ = connection.readToEnd()
        }
        try await withProxy { proxy, _ in
            let client = try proxy.client()
            for number in 0..<5 {
                #expect(try await client.get(origin.url()).text == "\(number)")
                try await eventually { origin.openConnections == 0 }
            }
        }
    }

    @Test("while its request is still sent arrives, when it is whole", arguments: [false, true])
    func earlyError(closes: Bool) async throws {
        let size = 20 << 20
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            _ = connection.read(100_000)
            connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nmuch")
            // A reset follows, for bytes wait that nobody reads; or the origin just stops reading.
            if !closes { _ = connection.readToEnd() }
        }
        try await withProxy { proxy, _ in
            let connection = try proxy.connection()
            let answer = try await blocking {
                try connection.write("POST \(origin.url()) HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n")
                let piece = [UInt8](repeating: 1, count: 64 << 10)
                // Like a client that looks for an answer only when it has sent its request, or cannot go on.
                for _ in 0..<40 { do { try connection.write(piece) } catch { break } }
                return String(decoding: try connection.read(upTo: "much") ?? [], as: UTF8.self)
            }
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.contains("\r\nConnection: close\r\n"))
            let call = try await proxy.calls(1)[0].call
            #expect(call.status == 413)
            #expect(call.outcome == .clientError)
        }
    }

    @Test("is not one where the origin just closes after its answer, however fast the next request comes")
    func closesAfterAnswer() async throws {
        let origin = try ScriptedOrigin { connection in
            connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
        }
        try await withProxy { proxy, _ in
            let client = try proxy.client()
            for _ in 0..<200 { #expect(try await client.get(origin.url()).text == "x") }
            #expect(try await proxy.calls(200).allSatisfy { $0.call.outcome == .success })
        }
    }
}
