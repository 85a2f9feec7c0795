public import VenusCore

/// All that is watched by, as of one moment; each kind ordered by id.
public struct WatchState: Sendable {
    /// Another one after every change of anything in here.
    public var version: Int64
    public var thresholds: [WatchRecord<StoredThreshold>] = []
    public var rules: [WatchRecord<AlertRule>] = []
    public var objectives: [WatchRecord<Objective>] = []
    public var silences: [WatchRecord<Silence>] = []
    public var acknowledgements: [WatchRecord<FaultAcknowledgement>] = []
    public var forgettings: [WatchRecord<Forgetting>] = []

    public init(version: Int64) { self.version = version }

    /// Which thresholds apply to what.
    public var table: ThresholdTable { ThresholdTable(thresholds.map(\.item)) }
}
