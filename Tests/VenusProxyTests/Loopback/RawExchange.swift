import Glibc
import Synchronization
import TestSupport
import Testing

/// One raw request through a proxy to an origin that answers with raw bytes: what came at the origin, and what came
/// back.
struct RawExchange: Sendable {
    /// The head and body that the origin got; empty if none.
    var seen: String
    /// All that the client got until its connection ended.
    var answer: String
    /// Whether the client's connection ended with a reset.
    var isReset: Bool
    /// Connections that the origin accepted.
    var accepted: Int

    /// Where the origin is, in the text of a request.
    static let origin = "ORIGIN"

    /// `request` holds ``origin`` in the place of host and port, and asks for the end of the connection after its
    /// answer. The origin reads the head and `body` bytes, answers, and closes; with a reset if `resets`.
    static func run(
        _ proxy: RunningProxy, _ request: String, body: Int = 0, response: String = "HTTP/1.1 200 OK\r\n\r\n",
        resets: Bool = false
    ) async throws -> RawExchange {
        let seen = Seen()
        let origin = try ScriptedOrigin { connection in
            let head = connection.readHead()
            let content = connection.read(body)
            seen.text.withLock { $0 += head + String(decoding: content, as: UTF8.self) }
            connection.write(response)
            if resets {
                // The answer is to arrive before the reset, which would throw it away.
                usleep(100_000)
                connection.reset()
            }
        }
        let connection = try proxy.connection()
        let text = request.replacing(Self.origin, with: "127.0.0.1:\(origin.port)")
        let (answer, isReset) = try await blocking {
            try connection.write(text)
            var all: [UInt8] = []
            do {
                while case let bytes = try connection.read(), !bytes.isEmpty { all += bytes }
                return (String(decoding: all, as: UTF8.self), false)
            } catch { return (String(decoding: all, as: UTF8.self), true) }
        }
        return RawExchange(
            seen: seen.text.withLock { $0 }, answer: answer, isReset: isReset, accepted: origin.accepted)
    }

    private final class Seen: Sendable {
        let text = Mutex("")
    }
}
