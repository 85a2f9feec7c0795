import Foundation
import Synchronization

/// An HTTP/1.1 server on loopback, of IPv4 and IPv6, that keeps every request as it came and answers each as its script
/// says.
///
/// One thread serves all connections and reads whatever is there before it answers anything, so that bytes are known in
/// the order in which they were sent, whichever the connection. Text is bytes: each scalar of a string is one.
public final class LoggingOrigin: Sendable {
    /// A request as it arrived.
    public struct Request: Sendable {
        /// Number of the connection, from 0 in the order of accepting.
        public var connection: Int
        /// The first line.
        public var line: String
        /// The field lines.
        public var fields: [String]
        /// The content, without chunk framing.
        public var body = ""
        public var trailers: [String] = []
        /// Whether the body's end has come.
        public var isComplete = false

        /// Path and query of the target, whether that is absolute or not.
        public var path: String {
            let target = line.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            guard target.lowercased().hasPrefix("http://") else { return target }
            let rest = target.dropFirst(7)
            return rest.firstIndex { $0 == "/" || $0 == "?" }.map { String(rest[$0...]) } ?? "/"
        }

        public var method: String { line.split(separator: " ").first.map(String.init) ?? "" }
    }

    /// What to say to a request.
    public struct Answer: Sendable {
        public enum Ending: Sendable { case keeps, closes, resets }

        public var text: String
        public var ending: Ending
        /// Whether every byte goes out in a segment of its own.
        public var isPiecemeal: Bool

        public init(_ text: String, _ ending: Ending = .keeps, isPiecemeal: Bool = false) {
            self.text = text
            self.ending = ending
            self.isPiecemeal = isPiecemeal
        }
    }

    public let port: Int
    private let loop: OriginLoop

    public init() throws {
        var listeners: [Int32] = []
        let (first, port) = try Socket.listen(host: "127.0.0.1", port: try freePort())
        listeners.append(first)
        // Where the machine has IPv6.
        if let second = try? Socket.listen(host: "::1", port: port) { listeners.append(second.descriptor) }
        self.port = port
        loop = try OriginLoop(listeners: listeners)
        startThread { [loop] in loop.run() }
    }

    /// On one address of this machine, and a port that is free there.
    public init(host: String, port: Int) throws {
        let listener = try Socket.listen(host: host, port: port)
        self.port = listener.port
        loop = try OriginLoop(listeners: [listener.descriptor])
        startThread { [loop] in loop.run() }
    }

    deinit { loop.stop() }

    public var authority: String { "127.0.0.1:\(port)" }

    /// Answers requests of the path like this from now on.
    public func answer(_ path: String, with answer: Answer) { loop.answer(path, with: answer) }

    /// The requests since the last time, those under way among them; bytes that are no request are in `strays`.
    public func take() -> (requests: [Request], strays: String) { loop.take() }

    /// Whether a request of the path has come since the last ``take()``.
    public func hasSeen(_ path: String) -> Bool { loop.hasSeen(path) }

    /// Says something that nobody asked for, on the connection that carried the last request of the path.
    public func push(_ text: String, afterRequestOf path: String) { loop.push(text, afterRequestOf: path) }
}

extension [UInt8] {
    /// One byte a scalar; those above U+00FF become `?`.
    public init(oneByteAScalar text: String) {
        self = text.unicodeScalars.map { UInt8(exactly: $0.value) ?? UInt8(ascii: "?") }
    }
}

extension String {
    /// One scalar a byte.
    public init(oneScalarAByte bytes: some Sequence<UInt8>) {
        self.init(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }
}
