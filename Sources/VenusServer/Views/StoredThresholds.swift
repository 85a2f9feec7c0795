package import VenusCore

/// The thresholds as they are in the store.
package struct StoredThresholds: Sendable {
    /// Higher whenever they have changed.
    package var version: Int64
    package var table: ThresholdTable

    package init(version: Int64, table: ThresholdTable) {
        self.version = version
        self.table = table
    }

    /// What holds until the store was read.
    package static let builtIn = StoredThresholds(version: 0, table: ThresholdTable())
}
