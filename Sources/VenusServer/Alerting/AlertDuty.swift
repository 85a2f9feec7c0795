import Logging
import VenusAlerts
import VenusAnalysis
import VenusCore
import VenusStore

/// Evaluates alerts each second and sends what is said of them: on one server at a time, by a lease; any server may be
/// it.
///
/// What an evaluation changed is stored as a whole before anything of it is told: after a kill the next evaluator goes
/// on from what is stored, and makes the same transition under the same id, or none.
actor AlertDuty {
    /// How often alerts that did not change state are stored, in seconds: so much of a `for` a kill can cost.
    private static let saveInterval: Int64 = 10
    private static let interval: Duration = .seconds(1)
    private static let leaseDuration: Duration = .seconds(10)
    /// For so long, in milliseconds, each evaluation reads how objectives fare; who then waits comes with a later one.
    private static let burnsTime: Int64 = 100

    private let store: any AlertStore
    private let live: LiveState
    private let settings: @Sendable (_ anew: Bool) async throws -> AlertEvaluation.Settings?
    private let burns: @Sendable (Objective) async throws -> [BurnRate.Tallies]
    private let baseline: @Sendable (SeriesKey, _ at: Int64) async throws -> ReportEvidence.Baseline?
    /// Where people reach the server.
    private let base: @Sendable () async -> String?
    private let logger: Logger
    /// Milliseconds since the epoch.
    private let now: @Sendable () -> Int64
    private let owner: String
    private let delivery: DeliveryDuty
    private var lease: LeaseStateMachine
    private var evaluation: AlertEvaluation?
    private var regularity = RegularityReading()
    private var rounds = BurnRounds()
    private var hosts: HostWatchReader
    private var savedAt: Int64 = 0
    private var isInTrouble = false

    /// - Parameters:
    ///   - settings: what people have set; `nil` where it is as it was when last asked, unless it is asked anew.
    ///   - burns: of each of ``BurnRate/all``, in that order.
    ///   - baseline: what was usual of a series before this second, from history.
    ///   - base: without a slash at the end.
    init(
        store: any ServerStore, live: LiveState, delivery: DeliveryDuty,
        settings: @escaping @Sendable (_ anew: Bool) async throws -> AlertEvaluation.Settings?,
        burns: @escaping @Sendable (Objective) async throws -> [BurnRate.Tallies],
        baseline: @escaping @Sendable (SeriesKey, _ at: Int64) async throws -> ReportEvidence.Baseline?,
        base: @escaping @Sendable () async -> String?, logger: Logger, now: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.live = live
        hosts = HostWatchReader(store: store, live: live)
        self.delivery = delivery
        self.settings = settings
        self.burns = burns
        self.baseline = baseline
        self.logger = logger
        self.now = now
        owner = Token.random().text
        lease = LeaseStateMachine(duration: Self.leaseDuration, retryAfter: .seconds(2), now: now())
        self.base = base
    }

    /// Until the task is cancelled; then the lease is given up.
    func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                await step()
                for attempt in await delivery.begin(at: now() / 1_000) {
                    group.addTask { await self.delivery.perform(attempt) }
                }
                try? await Task.sleep(for: Self.interval)
            }
            group.cancelAll()
        }
        guard let held = lease.lease else { return }
        await delivery.flush(under: held)
        // Not released, it runs out by itself.
        try? await store.releaseLease(held)
    }

    /// One evaluation, where this is the evaluator.
    func step() async {
        do {
            guard try await hold(), let held = lease.lease else { return }
            if evaluation == nil { try await load() }
            try await evaluate(under: held)
            try await delivery.follow(under: held, at: now() / 1_000)
            if isInTrouble { logger.info("alerts are evaluated again") }
            isInTrouble = false
        } catch {
            switch (error as? StoreError)?.code {
            case .fenced:
                lease.lost(now: now())
                await stop()
            // It may have been written: go on from what is there.
            case .ambiguous: await stop()
            default: break
            }
            if !isInTrouble {
                logger.warning("alerts could not be evaluated; trying again", metadata: ["error": "\(error)"])
            }
            isInTrouble = true
        }
    }

    private func stop() async {
        evaluation = nil
        await delivery.stop()
    }

    private func hold() async throws -> Bool {
        guard lease.action(now: now()) == .ask else { return lease.lease != nil }
        do {
            let answer = try await store.acquireLease(Lease.alerts, owner: owner, duration: Self.leaseDuration)
            switch lease.answered(answer, now: now()) {
            case .taken, .lost, .heldByAnother: await stop()
            case .renewed: break
            }
        } catch {
            lease.failed(now: now())
            throw error
        }
        return lease.lease != nil
    }

    private func load() async throws {
        let stored = try await store.evaluation()
        let second = now() / 1_000
        let alerts = try stored.alerts.map { try AlertJSON.decode(AlertContent.self, $0.content) }
        let content = stored.content.isEmpty ? nil : try AlertJSON.decode(EvaluatorContent.self, stored.content)
        var loaded = AlertEvaluation(
            alerts: alerts, notices: content?.notices ?? NoticeStateMachine(), at: second)
        if let settings = try await settings(true) { loaded.set(settings) }
        evaluation = loaded
        regularity = RegularityReading(at: second)
        savedAt = second
        try await delivery.load(at: second)
    }

    private func evaluate(under held: Lease) async throws {
        let second = now() / 1_000
        if let settings = try await settings(false) { evaluation?.set(settings) }
        // An hour of minutes at a time, so that no evaluation waits for long.
        if let hour = regularity.next {
            for (edge, minute) in try await store.calledMinutes(ofHourFrom: hour) {
                evaluation?.noteCall(of: edge, at: minute)
            }
            regularity.read()
        }
        let begun = now()
        for objective in rounds.due(evaluation?.objectives ?? [], at: second) {
            rounds.note(ObjectiveBurn(objective, try await self.burns(objective)), at: second)
            guard now() - begun < Self.burnsTime else { break }
        }
        try await readHosts()
        let burns = rounds.burns
        let base = await base()
        guard let before = evaluation else { return }
        let faults = before.notices.faults.mapValues(\.id)
        let (picture, hosts) = (live.picture, hosts.watch)
        func evaluated(
            _ baselines: [SeriesKey: ReportEvidence.Baseline] = [:]
        ) -> (next: AlertEvaluation, outcome: AlertEvaluation.Outcome?) {
            var next = before
            let outcome = next.evaluate(
                picture, at: second, burns: burns, hosts: hosts, knowsRegularity: regularity.next == nil,
                baselines: baselines,
                link: { node, at in base.map { AlertLink.text(base: $0, node: node, at: at) } })
            return (next, outcome)
        }
        var (next, found) = evaluated()
        // The same again where somebody is told of times that are too long: history is asked then only.
        if let unexplained = found?.unexplained, !unexplained.isEmpty {
            (next, found) = evaluated(await baselines(of: unexplained, at: second))
        }
        guard let outcome = found else {
            evaluation = next
            return
        }
        let isDue = second - savedAt >= Self.saveInterval
        let active = isDue ? next.alerts.values.filter { $0.machine.since != nil }.map(\.rule.id) : []
        let changed = outcome.changed.union(active)
        if !changed.isEmpty || !outcome.messages.isEmpty || faults != next.notices.faults.mapValues(\.id) {
            _ = try await store.commit(try commit(next, outcome, changed, at: second), under: held)
            savedAt = second
            if !outcome.messages.isEmpty { try await delivery.load(at: second) }
        }
        evaluation = next
    }

    /// What was usual, as far as it can be read: people are told whether or not.
    private func baselines(of keys: [SeriesKey], at second: Int64) async -> [SeriesKey: ReportEvidence.Baseline] {
        var baselines: [SeriesKey: ReportEvidence.Baseline] = [:]
        do {
            for key in keys { baselines[key] = try await baseline(key, second) }
        } catch {
            logger.warning("an alert is told without what was usual before", metadata: ["error": "\(error)"])
        }
        return baselines
    }

    private func readHosts() async throws {
        var reader = hosts
        // What was read before it failed is read.
        defer { hosts = reader }
        try await reader.refresh(evaluation?.hostMetrics ?? [:], at: now())
    }

    private func commit(
        _ next: AlertEvaluation, _ outcome: AlertEvaluation.Outcome, _ changed: Set<String>, at second: Int64
    ) throws -> AlertCommit {
        let transitions = try outcome.transitions.map { transition in
            guard let content = next.alerts[transition.rule] else {
                preconditionFailure("an alert with a transition is kept: see AlertEvaluation.take")
            }
            let told = TransitionContent(
                rule: content.rule, kind: transition.kind, value: transition.value, limit: content.limit)
            return TransitionRecord(
                id: transition.id, alert: content.rule.alertID, at: transition.at, content: try AlertJSON.encode(told))
        }
        return AlertCommit(
            transitions: transitions,
            alerts: try changed.sorted().compactMap { try next.alerts[$0]?.record(at: second) },
            notices: try outcome.messages.map {
                NoticeRecord(id: $0.id, fault: $0.fault, at: $0.at, content: try AlertJSON.encode($0))
            },
            delivery: try AlertJSON.encode(DeliveryStateMachine(at: second)),
            content: try AlertJSON.encode(EvaluatorContent(notices: next.notices)))
    }
}

/// Which hour of the last day is to be read next, so that it is known who is called all day.
struct RegularityReading: Sendable {
    /// Its first second; `nil` where all is read.
    private(set) var next: Int64?
    private var end: Int64 = 0

    init() {}

    init(at now: Int64) {
        let minutes = CallRegularity.minutes * 60
        next = max(0, (now - minutes) / 3_600 * 3_600)
        end = now
    }

    mutating func read() {
        guard let hour = next else { return }
        next = hour + 3_600 > end ? nil : hour + 3_600
    }
}

/// Where the dashboard shows what is at fault.
enum AlertLink {
    /// RFC 3986, section 2.1: all but what needs none.
    private static func encode(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }

    /// - Parameter base: without a slash at the end.
    static func text(base: String, node: FaultNode, at second: Int64) -> String {
        var query: [(String, String)] = [("at", Timestamp.text(milliseconds: second * 1_000))]
        if !node.environment.isEmpty { query.append(("environment", node.environment)) }
        switch node.kind {
        case .service: query.append(("service", node.name))
        case .dependency: query.append(("dependency", node.name))
        case .host: query.append(("host", node.name))
        case .everything: break
        }
        return base + "/?" + query.map { "\($0)=\(encode($1))" }.joined(separator: "&")
    }
}
