/// What history is to forget: everything of a service or of a dependency, in one environment or in all.
public struct ForgottenSeries: Sendable, Hashable, Codable {
    public enum Subject: Sendable, Hashable, Codable {
        case service(String)
        /// `host:port`.
        case dependency(String)
    }

    public var subject: Subject
    /// `nil`: all.
    public var environment: String?

    public init(_ subject: Subject, environment: String? = nil) {
        self.subject = subject
        self.environment = environment
    }
}
