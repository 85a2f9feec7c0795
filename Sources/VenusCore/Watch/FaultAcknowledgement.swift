/// Somebody has taken a fault on: it is not told again until it is graver or over.
public struct FaultAcknowledgement: Sendable, Hashable, Codable {
    /// Of the fault.
    public var id: String
    public var author: String
    public var comment: String
    /// Seconds since the epoch.
    public var at: Int64

    public init(id: String, author: String, comment: String = "", at: Int64) {
        self.id = id
        self.author = author
        self.comment = comment
        self.at = at
    }
}
