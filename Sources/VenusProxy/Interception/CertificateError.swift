/// Why there is no certificate, no key or no authority to be had.
public struct CertificateError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// There is no authority yet.
        case missing
        /// There is one already.
        case exists
        /// Others than its owner could read the key or put another in its place.
        case permissions
        /// A file cannot be read or written.
        case file
        /// A file holds something else than it should.
        case content
        /// OpenSSL could not: no memory, no randomness.
        case resources
    }

    public var code: Code
    /// For people: what is wrong, and what to do; never a secret.
    public var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
