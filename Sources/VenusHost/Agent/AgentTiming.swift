/// How often an agent reads and sends, in milliseconds.
package struct AgentTiming: Sendable, Equatable {
    package var read: Int64
    /// While nobody watches.
    package var publish: Int64
    /// After the first failure; it doubles with each further one.
    package var firstRetry: Int64 = 1_000
    package var lastRetry: Int64 = 120_000

    package init(read: Int64 = 10_000, publish: Int64 = 60_000) {
        self.read = max(1, read)
        self.publish = max(1, publish)
    }
}
