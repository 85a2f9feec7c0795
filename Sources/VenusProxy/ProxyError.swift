/// Why the proxy could not start.
public struct ProxyError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The listen address is none, or cannot be had.
        case address
        /// The system gave no descriptor, thread or memory.
        case resources
        /// A file holds no certificate or key that can be used.
        case certificate
        /// Started twice, or after the stop.
        case state
    }

    public var code: Code
    /// For people: what failed, and what to do.
    public var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "proxy: \(message)" }
}
