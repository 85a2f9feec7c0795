/// How far a subscriber is: which server's count, and where in it.
package struct LivePosition: Sendable, Hashable, Codable {
    /// Random to each run of a server: positions of different epochs cannot be compared.
    package var epoch: Int64
    /// Rises with every tick that changed what is shown.
    package var seq: UInt64

    package init(epoch: Int64, seq: UInt64) {
        self.epoch = epoch
        self.seq = seq
    }
}
