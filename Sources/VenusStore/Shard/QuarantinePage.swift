/// Some of the entries that could not be read, newest first.
public struct QuarantinePage: Sendable, Hashable {
    /// All of them, on every page together.
    public var count: Int
    public var entries: [QuarantinedEntry]
    /// What the next page is asked for by; `nil` after the last.
    public var next: Int64?

    public init(count: Int, entries: [QuarantinedEntry], next: Int64?) {
        self.count = count
        self.entries = entries
        self.next = next
    }
}
