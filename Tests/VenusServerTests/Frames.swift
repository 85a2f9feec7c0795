import VenusAnalysis
import VenusCore
import VenusStore

/// Totals of so many calls, each taking so many microseconds.
func totals(
    success: Int = 0, serverErrors: Int = 0, clientErrors: Int = 0, transportErrors: Int = 0,
    microseconds: UInt32 = 10_000
) -> KPITotals {
    var totals = KPITotals()
    let outcomes: [(Outcome, Int)] = [
        (.success, success), (.serverError, serverErrors), (.clientError, clientErrors),
        (.transportError, transportErrors),
    ]
    for (outcome, count) in outcomes {
        for _ in 0..<count {
            var phases = Phases()
            phases[.ttfb] = microseconds / 2
            totals.record(
                Call(
                    operation: 0, start: 0, duration: microseconds, outcome: outcome, status: 0, errorType: nil,
                    phases: phases, bytesSent: 100, bytesReceived: 1_000, flags: [], traceID: nil))
        }
    }
    return totals
}

/// A frame of one shard with the same totals in every window.
func frame(
    _ series: [(SeriesKey, KPITotals)], shard: Int = 0, shards: Int = 1, epoch: Int64 = 1, at: Int64 = 1_000_000,
    producers: [ProducerMark] = []
) -> FeedFrame {
    FeedFrame(
        shard: shard, shards: shards, epoch: epoch, at: at, coveredSince: 0,
        series: series.map { key, totals in FeedSeries(key: key, windows: Window.allCases.map { _ in totals }) },
        producers: producers, lostCalls: 0)
}

func edge(_ service: String, _ dependency: String, environment: String = "production") -> SeriesKey {
    .edge(service: service, dependency: dependency, environment: environment)
}

func mark(_ service: String, inFlight: Int, lastSeen: Int64 = 1_000_000, hasEnded: Bool = false) -> ProducerMark {
    ProducerMark(
        producer: Producer(
            id: service, environment: "production", service: service, instance: "one", host: "machine"),
        shard: 0, highest: 1, lastSeen: lastSeen, callsInFlight: inFlight, hasEnded: hasEnded)
}
