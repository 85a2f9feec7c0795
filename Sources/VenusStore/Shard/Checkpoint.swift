/// The cells that one commit added: with those before it, all that a new owner needs to rebuild windows and open
/// minutes. Kept 15 minutes, and as long as one of its minutes is open.
public struct Checkpoint: Sendable, Hashable {
    /// When it was taken, seconds since the epoch.
    public var takenAtSeconds: Int64
    public var cells: [Cell]

    public init(takenAtSeconds: Int64, cells: [Cell]) {
        self.takenAtSeconds = takenAtSeconds
        self.cells = cells
    }
}
