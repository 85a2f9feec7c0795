import VenusCore

extension Tier {
    /// The table of the tier's rows: `rollups_1m`, `rollups_15m`, …
    var table: String { "rollups_\(name)" }
}
