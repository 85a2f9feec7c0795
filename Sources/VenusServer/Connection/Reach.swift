/// Who reaches the server, and how.
package enum Reach: String, Sendable {
    /// It speaks TLS.
    case tls
    /// This machine alone reaches it.
    case loopback
    /// Other machines reach it, and it speaks no TLS itself.
    case plain

    /// - Parameter host: that it listens at.
    package init(host: String, isTLS: Bool) {
        self = isTLS ? .tls : IPAddress.isLoopback(host) ? .loopback : .plain
    }
}
