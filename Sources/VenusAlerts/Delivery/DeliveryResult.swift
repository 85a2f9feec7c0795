/// How one attempt to deliver a message ended.
public enum DeliveryResult: Sendable, Hashable {
    /// - Parameter retryAfter: seconds, where the receiver said so (``RetryAfter``).
    case answered(status: Int, retryAfter: Int64?)
    case timedOut
    /// No answer: the connection could not be made, or broke; by its error type (RFC 9209).
    case broken(errorType: String)
}
