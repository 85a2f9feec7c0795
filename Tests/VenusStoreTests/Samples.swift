import VenusCore
import VenusStore

/// A minute in November 2023, the start of a day.
let dayStart: Int64 = 1_699_920_000

extension SeriesKey {
    static func sample(_ operation: String = "GET /a", service: String = "checkout") -> SeriesKey {
        .operation(operation, service: service, dependency: "api.test:443", environment: "test")
    }

    static let sampleEdge = SeriesKey.edge(service: "checkout", dependency: "api.test:443", environment: "test")
}

extension KPITotals {
    /// Totals of some calls of every kind.
    static func random(calls: Int, using generator: inout some RandomNumberGenerator) -> KPITotals {
        var totals = KPITotals()
        for _ in 0..<calls {
            var phases = Phases()
            for phase in Phase.allCases where Bool.random(using: &generator) {
                phases[phase] = UInt32.random(in: 0...2_000_000, using: &generator)
            }
            totals.record(
                Call(
                    operation: 0, start: 0, duration: UInt32.random(in: 0...5_000_000, using: &generator),
                    outcome: Outcome.allCases.randomElement(using: &generator) ?? .success,
                    status: [200, 404, 503].randomElement(using: &generator) ?? 0, phases: phases,
                    bytesSent: UInt64.random(in: 0...10_000, using: &generator),
                    bytesReceived: UInt64.random(in: 0...10_000, using: &generator),
                    flags: CallFlags(rawValue: UInt16.random(in: 0...15, using: &generator))
                        .union(Bool.random(using: &generator) ? .wouldBeDenied : .linkLocal)))
        }
        return totals
    }

    /// Successful calls of 1 ms each.
    static func successes(_ calls: Int) -> KPITotals {
        var totals = KPITotals()
        for _ in 0..<calls { totals.record(Call(operation: 0, start: 0, duration: 1_000, outcome: .success)) }
        return totals
    }
}

extension RollupRow {
    static func minute(
        _ bucket: Int64, shard: Int = 0, key: SeriesKey = .sampleEdge, calls: Int = 1
    ) -> RollupRow {
        RollupRow(tier: .minute, bucket: bucket, shard: shard, key: key, totals: .successes(calls))
    }
}

extension Producer {
    static func sample(_ id: String = "p1", service: String = "checkout") -> Producer {
        Producer(id: id, environment: "test", service: service, instance: "one", host: "box")
    }
}

extension Store {
    /// The lease of a shard, for a minute.
    func takeShard(_ shard: Int = 0, owner: String = "analyzer-1") async throws -> Lease {
        try await take(Lease.shard(shard), owner: owner)
    }

    func takeRoller(owner: String = "analyzer-1") async throws -> Lease { try await take(Lease.roller, owner: owner) }

    private func take(_ name: String, owner: String) async throws -> Lease {
        guard let lease = try await acquireLease(name, owner: owner, duration: .seconds(60)) else {
            throw StoreError(.fenced, "the lease \(name) is taken")
        }
        return lease
    }

    /// All rows of a tier.
    func allRows(_ tier: Tier) async throws -> [RollupRow] {
        var rows: [RollupRow] = []
        for level in Level.allCases {
            rows += try await rollups(RollupQuery(tier: tier, from: 0, to: dayStart * 2, level: level))
        }
        return rows
    }

    /// Makes every bucket that is due, tier after tier, until none is.
    func rollUp(under lease: Lease) async throws {
        for tier in Tier.allCases {
            while true {
                let due = try await dueMarks(tier: tier, limit: 100)
                if due.isEmpty { break }
                for mark in due { try await recompute(mark, under: lease) }
            }
        }
    }
}

/// The code of the error that `body` throws; `nil` where it throws none.
func storeErrorCode(_ body: () async throws -> Void) async throws -> StoreError.Code? {
    do {
        try await body()
        return nil
    } catch let error as StoreError { return error.code }
}
