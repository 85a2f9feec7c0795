import Testing
import VenusCore

@Suite("The nearest threshold wins, metric by metric")
struct ThresholdTableTests {
    private let service = SeriesKey.service("shop", environment: "p")
    private let edge = SeriesKey.edge(service: "shop", dependency: "db:1", environment: "p")
    private let operation = SeriesKey.operation("GET /", service: "shop", dependency: "db:1", environment: "p")

    private func threshold(_ warning: Double, _ metric: Metric = .load) -> MetricThreshold {
        MetricThreshold(metric, warning: warning)
    }

    @Test("each level hides the coarser ones, for its own metric only")
    func levels() {
        let levels: [WatchSubject] = [.everything, .series(service), .series(edge), .series(operation)]
        // Every subset of levels: what is found is what the nearest of them says.
        for subset in 0..<16 {
            let stored = levels.enumerated().filter { subset & 1 << $0.offset != 0 }.map {
                StoredThreshold($0.element, threshold(Double($0.offset)))
            }
            // The order in which they are stored does not matter.
            for table in [ThresholdTable(stored), ThresholdTable(stored.reversed())] {
                for (depth, subject) in levels.enumerated() {
                    let nearest = (0...depth).last { subset & 1 << $0 != 0 }
                    #expect(table.threshold(for: subject, metric: .load)?.warning == nearest.map(Double.init))
                    #expect(table.threshold(for: subject, metric: .availability)?.critical == 0.95)
                }
            }
        }
    }

    @Test("neighbours, other environments, dependencies and totals have the defaults")
    func others() {
        let table = ThresholdTable([
            StoredThreshold(.series(service), threshold(1)), StoredThreshold(.series(edge), threshold(2)),
        ])
        let others: [SeriesKey] = [
            .service("shop", environment: "q"), .service("sho", environment: "p"), .total(environment: "p"),
            .dependency("db:1", environment: "p"), .edge(service: "x", dependency: "db:1", environment: "p"),
        ]
        for key in others { #expect(table.thresholds(for: key) == MetricThreshold.defaults) }
        #expect(
            table.threshold(
                for: .series(.edge(service: "shop", dependency: "db:2", environment: "p")), metric: .load)?.warning == 1
        )
    }

    @Test("limits above and below stand beside each other")
    func directions() {
        let table = ThresholdTable([
            StoredThreshold(.series(edge), threshold(100)),
            StoredThreshold(.series(service), MetricThreshold(.load, direction: .below, critical: 1)),
        ])
        #expect(table.threshold(for: .series(edge), metric: .load, direction: .above)?.warning == 100)
        #expect(table.threshold(for: .series(edge), metric: .load, direction: .below)?.critical == 1)
    }

    @Test("a threshold without limits switches the metric off, and back on nearer")
    func off() {
        let table = ThresholdTable([
            StoredThreshold(.series(service), MetricThreshold(.availability)),
            StoredThreshold(.series(operation), MetricThreshold(.availability, critical: 0.5)),
        ])
        let rules = AlertRule.standing(for: [service, edge, operation], in: table)
        #expect(!rules.contains { $0.subject == .series(edge) && $0.id.contains("availability") })
        #expect(rules.contains { $0.subject == .series(operation) && $0.id.contains("availability") })
    }

    @Test("critical limits alert by default: on edges, and where something is stored")
    func standing() {
        let plain = AlertRule.standing(
            for: [service, edge, operation, .total(environment: "p")], in: ThresholdTable())
        #expect(plain.map(\.subject) == [.series(edge), .series(edge)])
        #expect(plain.compactMap(\.noDataAfter) == [300])
        #expect(Set(plain.map(\.id)).count == 2)
        // Names that would run together have ids of their own.
        let hostile = [("a,1:b", "c"), ("a", "b,1:c"), ("a", "1:b,c"), ("", "a")].map {
            SeriesKey.edge(service: $0.0, dependency: $0.1, environment: "p")
        }
        #expect(Set(AlertRule.standing(for: hostile, in: ThresholdTable()).map(\.id)).count == 8)
    }

    @Test("the thresholds of hosts")
    func hosts() {
        let metric = Metric.host("system.memory.utilization")
        let table = ThresholdTable([
            StoredThreshold(.everything, MetricThreshold(metric, critical: 0.9)),
            StoredThreshold(.host("big"), MetricThreshold(metric, critical: 0.99)),
        ])
        #expect(table.threshold(for: .host("big"), metric: metric)?.critical == 0.99)
        #expect(table.threshold(for: .host("small"), metric: metric)?.critical == 0.9)
        let silence = AlertRule.Condition.silence
        let limit = AlertRule.Condition.threshold(metric: metric, direction: .above)
        #expect(AlertRule.standing(forHost: "small", in: table).map(\.condition) == [limit, silence])
        #expect(AlertRule.standing(forHost: "small", in: ThresholdTable()).map(\.condition) == [silence])
        #expect(AlertRule.standing(for: [edge], in: table).count == 2)
    }

    @Test("50,000 edges are resolved in a moment")
    func cheap() {
        let keys = (0..<50_000).map {
            SeriesKey.edge(service: "s\($0 % 500)", dependency: "d\($0):443", environment: "p")
        }
        let table = ThresholdTable(keys.prefix(5_000).map { StoredThreshold(.series($0), threshold(1)) })
        let clock = ContinuousClock()
        var found = 0
        let time = clock.measure { for key in keys { found += table.thresholds(for: key).count } }
        #expect(found == 50_000 * 2 + 5_000)
        #expect(time < .seconds(2))
    }
}
