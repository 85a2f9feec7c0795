import Glibc
import TestSupport
import Testing
import VenusAlerts
import VenusCore
import VenusServer
import VenusStore

@Suite("Rules on hosts")
struct HostWatchTests {
    /// A whole minute, in seconds.
    private static let start: Int64 = 1_000_020
    private static let memory = Metric.host("system.memory.utilization")
    private static let disk = Metric.host("system.filesystem.utilization")

    private static func reading(
        _ start: Int64, seconds: Int64 = 60, memory: Double = 0.5, disks: [String: Double] = [:]
    ) -> HostReading {
        var reading = HostReading(start: start * 1_000, end: (start + seconds) * 1_000)
        let length = Double(seconds)
        reading.add(HostSeries(.memoryUtilization, state: "used"), memory, seconds: length)
        reading.add(HostSeries(.memoryUtilization, state: "free"), 1 - memory, seconds: length)
        reading.add(HostSeries(.cpuUtilization), 0.25, seconds: length)
        reading.add(HostSeries(.cpuUtilization, "0"), 1, seconds: length)
        reading.add(HostSeries(.networkIO, "eth0", state: "receive"), 100, seconds: length)
        reading.add(HostSeries(.networkIO, "eth0", state: "transmit"), 50, seconds: length)
        for (name, used) in disks {
            reading.add(HostSeries(.filesystemUtilization, name, state: "used"), used, seconds: length)
        }
        return reading
    }

    private static func host(
        _ name: String = "web-1", seen: Int64, latest: HostReading? = nil
    ) -> KnownHost {
        KnownHost(
            name: name, environment: "test", agentVersion: "1", firstSeen: 0, lastSeen: seen * 1_000, latest: latest)
    }

    /// As people read it.
    private static func text(_ message: AlertMessage) throws -> String {
        let body = Receiver.ntfy(topic: "t").body(of: message)
        return try #require(try JSONValue(String(decoding: body, as: UTF8.self))["message"].string)
    }

    @Test("a limit is held against the state that matters, sums over directions, and all processors together")
    func judging() {
        let judged = Self.reading(0, memory: 0.8, disks: ["/": 0.5, "/var": 0.9]).judged(Set(HostMetric.allCases))
        let values = judged.mapValues(\.value)
        #expect(
            values == [
                JudgedPart(.memoryUtilization): 0.8, JudgedPart(.cpuUtilization): 0.25,
                JudgedPart(.networkIO, "eth0"): 150, JudgedPart(.filesystemUtilization, "/"): 0.5,
                JudgedPart(.filesystemUtilization, "/var"): 0.9,
            ])
    }

    @Test("a window is the mean of the newest minutes, and of less than half of it nothing is said")
    func windows() {
        var watch = HostWatch()
        watch.watch([.memoryUtilization: .minutes5])
        let threshold = MetricThreshold(Self.memory, window: .minutes5, critical: 0.9)
        let rule = AlertRule(
            id: "r", subject: .host("web-1"), condition: .threshold(metric: Self.memory, direction: .above))
        func look(at now: Int64) -> AlertReading { watch.reading(rule, threshold, isMissed: false, at: now * 1_000) }
        #expect(look(at: Self.start) == .uncovered)
        for minute in 0..<10 {
            let start = Self.start + Int64(minute) * 60
            watch.note(Self.host(seen: start + 60))
            let unread = watch.unread(limit: 10)
            #expect(unread.map(\.name) == ["web-1"] && unread.first?.from == (minute == 0 ? 0 : start - 60))
            let reading = Self.reading(start, memory: Double(minute) / 10)
            watch.add([HostBucket(bucket: start, reading: reading)], of: "web-1", seen: (start + 60) * 1_000)
            #expect(watch.unread(limit: 10).isEmpty)
            let kept = max(0, minute - 4)...minute
            let mean = Double(kept.reduce(0, +)) / Double(kept.count) / 10
            switch look(at: start + 61) {
            case .uncovered: #expect(minute < 2)
            case .value(let value): #expect(minute >= 2 && abs(value - mean) < 1e-9, "\(minute): \(value)")
            case .quiet, .silent: Issue.record("it was heard of")
            }
        }
        // A minute that is read again counts once, as it is now.
        watch.note(Self.host(seen: Self.start + 601))
        let again = Self.reading(Self.start + 540, memory: 0.4)
        watch.add([HostBucket(bucket: Self.start + 540, reading: again)], of: "web-1", seen: (Self.start + 601) * 1_000)
        guard case .value(let value) = look(at: Self.start + 602) else {
            Issue.record("five minutes are known")
            return
        }
        #expect(abs(value - (0.5 + 0.6 + 0.7 + 0.8 + 0.4) / 5) < 1e-9)
    }

    @Test("what stays at a limit has not crossed it, on whichever side, however uneven the minutes", arguments: 0..<40)
    func atLimit(seed: UInt64) {
        var (watch, numbers) = (HostWatch(), SeededGenerator(seed: seed))
        watch.watch([.memoryUtilization: .minutes5])
        let limit = Double.random(in: 0.01...0.99, using: &numbers)
        for minute in 0..<5 as Range<Int64> {
            var reading = HostReading(
                start: (Self.start + minute * 60) * 1_000, end: (Self.start + minute * 60 + 60) * 1_000)
            for _ in 0..<6 {
                reading.add(
                    HostSeries(.memoryUtilization, state: "used"), limit,
                    seconds: Double.random(in: 9.9...10.1, using: &numbers))
            }
            let seen = Self.start + minute * 60 + 60
            watch.note(Self.host(seen: seen))
            watch.add([HostBucket(bucket: seen - 60, reading: reading)], of: "web-1", seen: seen * 1_000)
        }
        let rule = AlertRule(
            id: "r", subject: .host("web-1"), condition: .threshold(metric: Self.memory, direction: .above))
        let threshold = MetricThreshold(Self.memory, window: .minutes5, critical: limit)
        #expect(watch.reading(rule, threshold, isMissed: false, at: (Self.start + 301) * 1_000) == .value(limit))
    }

    @Test("what is beyond any number is not judged, and no minute before its time")
    func extremes() {
        #expect(HostTotals(seconds: 1e-300, count: 1, sum: 1e300, minimum: 0, maximum: 0, last: 0) == nil)
        var reading = Self.reading(Self.start)
        for state in ["receive", "transmit"] {
            reading.add(HostSeries(.networkIO, "eth1", state: state), 1e308, seconds: 1)
        }
        #expect(reading.judged([.networkIO]).mapValues(\.value) == [JudgedPart(.networkIO, "eth0"): 150])

        var watch = HostWatch()
        watch.watch([.memoryUtilization: .minute1])
        watch.note(Self.host(seen: Self.start + 60))
        let minutes = [Self.start, Self.start + 3_000].map { start in
            HostBucket(bucket: start, reading: Self.reading(start, memory: start == Self.start ? 0.5 : 1))
        }
        watch.add(minutes, of: "web-1", seen: (Self.start + 60) * 1_000)
        let threshold = MetricThreshold(Self.memory, window: .minute1, critical: 0.9)
        let rule = AlertRule(
            id: "r", subject: .host("web-1"), condition: .threshold(metric: Self.memory, direction: .above))
        #expect(watch.reading(rule, threshold, isMissed: false, at: (Self.start + 61) * 1_000) == .value(0.5))
    }

    @Test("the latest reading of a host that is heard of late is asked for")
    func lateLatest() {
        var watch = HostWatch()
        watch.watch([.memoryUtilization: .seconds10])
        let known = Self.host(seen: Self.start, latest: Self.reading(Self.start, seconds: 1))
        watch.note(known)
        #expect(watch.withoutLatest(limit: 10).isEmpty)
        watch.keep([Self.host(seen: Self.start + 60)])
        #expect(watch.withoutLatest(limit: 10) == ["web-1"])
        watch.note(Self.host(seen: Self.start + 60, latest: Self.reading(Self.start + 59, seconds: 1)))
        #expect(watch.withoutLatest(limit: 10).isEmpty)
    }

    /// An evaluation that looks once a second; no calls are seen at all.
    private struct Bench {
        var evaluation = AlertEvaluation()
        var watch = HostWatch()
        var at = HostWatchTests.start
        var transitions: [AlertTransition] = []
        var messages: [AlertMessage] = []

        init(_ stored: [StoredThreshold], rules: [AlertRule] = []) {
            evaluation.set(
                AlertEvaluation.Settings(
                    thresholds: ThresholdTable(stored), rules: rules,
                    notices: NoticeStateMachine.Settings(gather: 0)))
            watch.watch(evaluation.hostMetrics)
        }

        mutating func look(seconds: Int = 1, latest: HostReading? = nil) {
            for _ in 0..<seconds {
                at += 1
                if let latest { watch.note(HostWatchTests.host(seen: at, latest: latest)) }
                let outcome = evaluation.evaluate(
                    LivePicture(frames: [], startedAt: 0), at: at, hosts: watch, knowsRegularity: true,
                    link: { node, _ in "https://venus/?host=\(node.name)" })
                guard let outcome else { continue }
                transitions += outcome.transitions
                messages += outcome.messages
            }
        }

        var kinds: [AlertTransition.Kind] { transitions.map(\.kind) }
    }

    private static let full = StoredThreshold(
        .everything, MetricThreshold(disk, window: .seconds10, warning: 0.8, critical: 0.9))

    @Test("each file system that is too full is an alert of its own, told in one message, while no call is seen")
    func parts() throws {
        var bench = Bench([Self.full])
        let fine = Self.reading(0, disks: ["/": 0.5, "/var": 0.5, "/srv": 0.9])
        bench.look(seconds: 100, latest: fine)
        // At the limit is not beyond it.
        #expect(bench.transitions.isEmpty)
        bench.look(seconds: 61, latest: Self.reading(0, disks: ["/": 0.95, "/var": 0.99, "/srv": 0.1]))
        #expect(bench.kinds.sorted { $0.rawValue < $1.rawValue } == [.firing, .firing, .pending, .pending])
        #expect(Set(bench.transitions.map(\.rule)).count == 2)
        let message = try #require(bench.messages.first)
        #expect(bench.messages.count == 1 && message.node == FaultNode(.host, "web-1", environment: ""))
        #expect(message.evidence.map(\.part) == ["/", "/var"] && message.evidence.map(\.value) == [0.95, 0.99])
        #expect(message.evidence.allSatisfy { $0.limit == 0.9 && $0.metric == "host:system.filesystem.utilization" })
        #expect(message.link == "https://venus/?host=web-1")
        let text = try Self.text(message)
        #expect(text.contains("web-1 /var: system.filesystem.utilization 99 % (limit 90 %)"), "\(text)")
        bench.look(seconds: 301, latest: fine)
        #expect(bench.kinds.filter { $0 == .resolved }.count == 2)
        #expect(bench.messages.map(\.kind) == [.firing, .resolved])
    }

    @Test("a file system that is gone ends its alert after an hour, a host that is forgotten at once")
    func gone() {
        var bench = Bench([Self.full])
        bench.look(seconds: 61, latest: Self.reading(0, disks: ["/var": 0.95]))
        #expect(bench.kinds == [.pending, .firing])
        let without = Self.reading(0, disks: ["/": 0.1])
        bench.look(seconds: 3_500, latest: without)
        #expect(bench.kinds == [.pending, .firing])
        bench.look(seconds: 200, latest: without)
        #expect(bench.kinds == [.pending, .firing, .resolved])
        bench.look(seconds: 61, latest: Self.reading(0, disks: ["/var": 0.95]))
        #expect(bench.kinds.suffix(2) == [.pending, .firing])
        bench.watch.keep([Self.host("web-2", seen: bench.at)])
        bench.look()
        #expect(bench.kinds.last == .resolved && bench.messages.last?.kind == .resolved)
    }

    @Test("a rule goes on from what was stored, before the host's readings were read again")
    func restart() throws {
        let rule = AlertRule(
            id: "mine", subject: .host("web-1"), condition: .threshold(metric: Self.disk, direction: .above), for: 0,
            keepFiringFor: 0)
        var bench = Bench([Self.full], rules: [rule])
        bench.look(latest: Self.reading(0, disks: ["/var": 0.95]))
        #expect(bench.kinds.filter { $0 == .firing }.count == 1)
        var after = Bench([Self.full], rules: [rule])
        after.at = bench.at + 20
        after.evaluation = AlertEvaluation(
            alerts: Array(bench.evaluation.alerts.values), notices: bench.evaluation.notices, at: after.at)
        after.evaluation.set(
            AlertEvaluation.Settings(
                thresholds: ThresholdTable([Self.full]), rules: [rule],
                notices: NoticeStateMachine.Settings(gather: 0)))
        after.watch.keep([Self.host(seen: after.at)])
        after.look(seconds: 5)
        #expect(after.transitions.isEmpty && after.messages.isEmpty)
        after.look(latest: Self.reading(0, disks: ["/var": 0.1]))
        #expect(after.transitions.contains { $0.kind == .resolved && $0.rule.hasPrefix("mine ") })
    }

    @Test("a host that was heard of all day and falls silent is told of, and again when it is back; another is not")
    func silence() throws {
        for (quarters, isMissed) in [(96, true), (87, true), (86, false)] {
            var bench = Bench([])
            bench.watch.keep([Self.host(seen: bench.at)])
            bench.look(seconds: 299)
            #expect(bench.transitions.isEmpty)
            bench.look(seconds: 10)
            // Not known yet.
            #expect(bench.transitions.isEmpty)
            #expect(bench.watch.unjudged(at: bench.at * 1_000, limit: 10).map(\.name) == ["web-1"])
            bench.watch.note(busyQuarters: quarters, of: "web-1")
            bench.look(seconds: 10)
            #expect(bench.kinds == (isMissed ? [.noData] : []), "\(quarters)")
            guard isMissed else { continue }
            let message = try #require(bench.messages.first)
            #expect(message.evidence.map(\.metric) == ["no_data"])
            #expect(try Self.text(message).contains("web-1: not heard of any more"))
            bench.watch.keep([Self.host(seen: bench.at)])
            bench.look()
            #expect(bench.kinds == [.noData, .resolved] && bench.messages.map(\.kind) == [.firing, .resolved])
        }
    }

    @Test("whoever sends rarely is not missed early, and a rule of one's own needs no day")
    func patience() {
        let rule = AlertRule(
            id: "mine", subject: .host("web-1"), condition: .threshold(metric: Self.memory, direction: .above),
            noDataAfter: 120)
        let limit = StoredThreshold(.host("web-1"), MetricThreshold(Self.memory, window: .minute1, critical: 0.9))
        var bench = Bench([limit], rules: [rule])
        var host = Self.host(seen: bench.at)
        bench.watch.keep([host])
        bench.look(seconds: 149)
        // Twice a minute, and 30 s.
        #expect(bench.transitions.isEmpty)
        bench.look(seconds: 3)
        #expect(bench.transitions.map(\.rule) == ["mine"] && bench.kinds == [.noData])
        host.publishEvery = 3_600_000
        host.lastSeen = bench.at * 1_000
        bench.watch.keep([host])
        bench.watch.add(
            [HostBucket(bucket: Self.start, reading: Self.reading(Self.start))], of: "web-1", seen: bench.at * 1_000)
        bench.look(seconds: 600)
        #expect(bench.kinds == [.noData, .resolved])
    }

    @Test("a thousand hosts with ten limits each are evaluated within 100 ms of the processor's time")
    func cost() throws {
        let limits = [
            HostMetric.cpuUtilization, .memoryUtilization, .filesystemUtilization, .networkIO, .pagingUtilization,
        ].map { StoredThreshold(.everything, MetricThreshold(.host($0.name), window: .minutes5, critical: 0.9)) }
        var bench = Bench(limits)
        for number in 0..<1_000 {
            let name = "web-\(number)"
            bench.watch.note(Self.host(name, seen: Self.start + 300))
            let buckets = (0..<5).map { minute in
                let start = Self.start + 60 * Int64(minute)
                return HostBucket(
                    bucket: start, reading: Self.reading(start, disks: ["/": 0.1, "/var": 0.2, "/srv": 0.3]))
            }
            bench.watch.add(buckets, of: name, seen: (Self.start + 300) * 1_000)
        }
        bench.at = Self.start + 301
        bench.look(seconds: 2)
        func processorTime() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        var least = Double.infinity
        for _ in 0..<5 {
            let before = processorTime()
            bench.look()
            least = min(least, processorTime() - before)
        }
        #expect(least < 0.1, "\(least) s")
    }
}
