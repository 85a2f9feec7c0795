import Synchronization
import VenusCallLog
import VenusCore

/// A call log that also adds up what is appended to it, by dependency, for the summary of `venus run`.
final class TallyingCallLog: CallLog {
    private let base: any CallLog
    private let totals = Mutex<[String: KPITotals]>([:])

    /// Dependencies told apart in the summary; further ones are added up as `others`.
    private static let maximumDependencies = 1_000

    init(_ base: any CallLog) { self.base = base }

    var shards: Int { base.shards }

    func append(_ entry: [EntryField], to shard: Int) async throws -> EntryID {
        let id = try await base.append(entry, to: shard)
        if case .calls(let record) = BlockDecoder.decode(LogEntry(id: id, fields: entry)),
            let block = try? record.block()
        {
            totals.withLock { totals in
                for call in block.calls {
                    let dependency = block.operations[call.operation].dependency
                    let isKnown = totals[dependency] != nil || totals.count < Self.maximumDependencies
                    totals[isKnown ? dependency : "others", default: KPITotals()].record(call)
                }
            }
        }
        return id
    }

    /// What was counted, for people; empty when nothing was.
    func summary(service: String) -> [String] {
        let totals = totals.withLock { $0 }
        guard !totals.isEmpty else {
            return [
                "venus: no call of \(Display.safe(service)) came through the proxy; "
                    + "does the program use HTTP_PROXY? See `venus run --help`."
            ]
        }
        var table = TextTable([
            ("DEPENDENCY", .left), ("CALLS", .right), ("AVAILABLE", .right), ("ERRORS", .right), ("MEAN", .right),
            ("P95", .right), ("MAX", .right),
        ])
        for (dependency, totals) in totals.sorted(by: { $0.key < $1.key }) {
            let kpi = KPI(totals, seconds: 1)
            let isEstimated = kpi.estimated > 0
            table.append([
                Display.safe(dependency), "\(kpi.calls)", Display.share(kpi.availability, basis: kpi.basis),
                Display.share(kpi.errorRate, basis: kpi.basis),
                Display.milliseconds(kpi.responseTime.mean, estimated: isEstimated),
                Display.milliseconds(kpi.responseTime.p95, estimated: isEstimated),
                Display.milliseconds(kpi.responseTime.max, estimated: isEstimated),
            ])
        }
        return ["venus: calls of \(Display.safe(service))"] + table.lines
    }

    func read(shard: Int, after cursor: EntryID, limit: Int, wait: Duration) async throws -> [LogEntry] {
        try await base.read(shard: shard, after: cursor, limit: limit, wait: wait)
    }
    func trim(shard: Int, through id: EntryID) async throws { try await base.trim(shard: shard, through: id) }
    func extent(shard: Int) async throws -> ShardExtent { try await base.extent(shard: shard) }
    func count(shard: Int) async throws -> Int { try await base.count(shard: shard) }
    func close() async { await base.close() }
}
