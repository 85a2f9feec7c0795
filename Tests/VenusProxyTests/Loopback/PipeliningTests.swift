import Foundation
import Glibc
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("Pipelined requests", .timeLimit(.minutes(2)))
struct PipeliningTests {
    private func statuses(_ text: String) -> [String] {
        text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { String($0.prefix(3)) }
    }

    @Test("behind one that the proxy answers itself get their answers, in order")
    func behindOwnAnswers() async throws {
        try await withProxy { proxy, origin in
            let port = try freePort()
            let via = try #require(try await proxy.client().get(origin.url())["via"])
            let requests = [
                "GET \(origin.url("/bytes/1")) HTTP/1.1\r\nHost: x\r\nVia: \(via)\r\n\r\n",
                "GET \(origin.url("/bytes/2")) HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET http://127.0.0.1:\(port)/ HTTP/1.1\r\nHost: x\r\n\r\n",
                "OPTIONS \(origin.url()) HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\n\r\n",
                "GET \(origin.url("/status/404")) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            ]
            let connection = try proxy.connection()
            let answer = try await blocking {
                try connection.write(requests.joined())
                var all: [UInt8] = []
                while case let bytes = try connection.read(), !bytes.isEmpty { all += bytes }
                return String(decoding: all, as: UTF8.self)
            }
            #expect(statuses(answer) == ["502", "200", "502", "200", "404"])
        }
    }

    @Test("behind one that ends the connection are not answered")
    func behindTheLast() async throws {
        try await withProxy { proxy, origin in
            let connection = try proxy.connection()
            let answer = try await blocking {
                try connection.write(
                    "GET \(origin.url("/bytes/1")) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                        + "GET \(origin.url("/bytes/2")) HTTP/1.1\r\nHost: x\r\n\r\n")
                var all: [UInt8] = []
                while case let bytes = try connection.read(), !bytes.isEmpty { all += bytes }
                return String(decoding: all, as: UTF8.self)
            }
            #expect(statuses(answer) == ["200"])
            #expect(origin.requests() == 1)
        }
    }

    @Test("behind a CONNECT that is refused are no requests")
    func behindConnect() async throws {
        try await withProxy { proxy, origin in
            let via = try #require(try await proxy.client().get(origin.url())["via"])
            let connection = try proxy.connection()
            let answer = try await blocking {
                try connection.write(
                    "CONNECT \(origin.authority) HTTP/1.1\r\nHost: x\r\nVia: \(via)\r\n\r\n"
                        + "GET \(origin.url("/bytes/2")) HTTP/1.1\r\nHost: x\r\n\r\n")
                var all: [UInt8] = []
                while case let bytes = try connection.read(), !bytes.isEmpty { all += bytes }
                return String(decoding: all, as: UTF8.self)
            }
            #expect(statuses(answer) == ["502"])
            #expect(origin.requests() == 1)
        }
    }

    @Test("are taken in only as far as there is room, while the first is under way")
    func bounded() async throws {
        let count = 1_000
        let padding = String(repeating: "p", count: 8_000)
        // Eight megabytes of requests: taken in all at once they would not fit.
        try await withProxy(configuring: { $0.maximumBufferBytes = 1 << 20 }) { proxy, origin in
            let connection = try proxy.connection()
            let requests = (1...count).map { number in
                let path = number == 1 ? "/delay/500" : "/bytes/\(number)"
                return "GET \(origin.url(path)) HTTP/1.1\r\nHost: x\r\nX: \(padding)\r\n\r\n"
            }.joined()
            async let writing: Void = blocking { try connection.write(requests) }
            let lengths = try await blocking { () -> [Int] in
                try (1...count).map { _ in
                    let head = String(decoding: try connection.read(upTo: "\r\n\r\n") ?? [], as: UTF8.self).lowercased()
                    let line = head.split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }
                    return try connection.read(exactly: Int(line?.dropFirst(16) ?? "") ?? -1) { _ in }
                }
            }
            try await writing
            #expect(lengths == [5] + (2...count))
            #expect(origin.requests() == count)
        }
    }
}
