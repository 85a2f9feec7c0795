public import VenusCore

/// How an ``Analyzer`` works.
public struct AnalyzerConfiguration: Sendable {
    /// Who holds the leases; unique to this run of this process.
    public var owner: String
    /// How long a lease outlives its owner: with the time that others take to ask for it, a shard moves within 10 s.
    public var leaseDuration: Duration = .seconds(5)
    /// How long history is kept; the same at the servers, which read it.
    public var retention = Retention()
    /// How often what is past its retention is removed.
    public var pruneInterval: Duration = .seconds(600)

    /// Entries read from the log at once. An entry holds up to 512 calls.
    public var readLimit = 512
    /// Calls after which a step is committed before its second is over.
    public var maximumStepCalls = 1_000_000
    /// Cells (an operation's seconds) after which a step is committed before its second is over: at most some 15 KB
    /// each while calls are added, and a few hundred bytes in the checkpoint.
    public var maximumStepCells = 20_000
    /// Entries after which a step is committed before its second is over.
    public var maximumStepEntries = 20_000

    /// Operations of a shard that its feed shows: the busiest. The others of an edge are together, by method.
    public var maximumFeedOperations = 2_000
    /// Beyond these an operation is counted under its method's `_overflow`.
    public var maximumOperationsPerEdge = 200
    /// Services of all shards of this analyzer; further ones are `_overflow`.
    public var maximumServices = 500
    /// Operations of all shards of this analyzer; what further ones are counted under says `docs/architecture.md`.
    public var maximumOperations = 50_000
    /// Beyond these the instances of a service are counted under its `_overflow`; of each shard. All of them are in its
    /// feed, with some 2 KB each.
    public var maximumInstances = 5_000

    public init(owner: String = AnalyzerConfiguration.randomOwner()) { self.owner = owner }

    /// A name that no other process has.
    public static func randomOwner() -> String {
        var random = SystemRandomNumberGenerator()
        return "analyzer-" + String(random.next(), radix: 36) + String(random.next(), radix: 36)
    }
}
