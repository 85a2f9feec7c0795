/// How a call ended, as far as the proxy could see.
///
/// The raw value is the code in the call log; codes are only ever appended, never changed or reused.
public enum Outcome: UInt8, Sendable, Hashable, CaseIterable {
    /// The dependency answered with a status below 400, or a tunnel was established and used.
    case success = 0
    /// The dependency answered with a 4xx status.
    case clientError = 1
    /// The dependency answered with a 5xx status.
    case serverError = 2
    /// No usable response; the call's ``ErrorType`` says why.
    case transportError = 3
    /// Answered, but the status is not visible (an exchange inside an encrypted tunnel).
    case unknown = 4
    /// The caller left early; says nothing about the dependency.
    case cancelled = 5
    /// Our own egress policy refused the call.
    case denied = 6

    /// The name in the API, in `snake_case`.
    public var name: String {
        switch self {
        case .success: "success"
        case .clientError: "client_error"
        case .serverError: "server_error"
        case .transportError: "transport_error"
        case .unknown: "unknown"
        case .cancelled: "cancelled"
        case .denied: "denied"
        }
    }

    /// Whether a call that ended so is one of k, of which availability and error rate are shares.
    public var isKnown: Bool {
        switch self {
        case .success, .clientError, .serverError, .transportError: true
        case .unknown, .cancelled, .denied: false
        }
    }

    /// The outcome that an HTTP status stands for: 4xx, 5xx, and everything below 400 as success.
    public init(status: Int) {
        switch status {
        case 400..<500: self = .clientError
        case 500...: self = .serverError
        default: self = .success
        }
    }
}
