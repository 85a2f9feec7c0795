/// The cells that one commit added: with those before it, all that a new owner needs to rebuild windows and open
/// minutes. Kept 15 minutes, and as long as one of its minutes is open.
public struct Checkpoint: Sendable, Hashable {
    /// When it was taken, seconds since the epoch.
    public var takenAtSeconds: Int64
    public var cells: [Cell]
    /// The same calls by instance, those of the last quarter of an hour. There are none where a version that knew
    /// nothing of instances took it.
    public var instances: [InstanceCell]

    public init(takenAtSeconds: Int64, cells: [Cell], instances: [InstanceCell] = []) {
        self.takenAtSeconds = takenAtSeconds
        self.cells = cells
        self.instances = instances
    }
}
