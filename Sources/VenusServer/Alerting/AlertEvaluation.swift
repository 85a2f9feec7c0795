package import VenusAlerts
package import VenusCore
package import VenusStore

/// All alerts as one evaluator sees them: rules from what is called, readings from the live picture, faults from what
/// fires, and what people are told. No I/O; time is given. A value: what could not be stored is simply not taken over.
package struct AlertEvaluation: Sendable {
    /// What people have set.
    package struct Settings: Sendable {
        package var thresholds: ThresholdTable
        /// Beside the standing ones; of one with the id of a standing rule this one counts.
        package var rules: [AlertRule]
        package var objectives: [Objective]
        package var silences: [Silence]
        package var acknowledgements: [FaultAcknowledgement]
        package var forgettings: [Forgetting]
        package var notices: NoticeStateMachine.Settings

        package init(
            thresholds: ThresholdTable = ThresholdTable(), rules: [AlertRule] = [], objectives: [Objective] = [],
            silences: [Silence] = [], acknowledgements: [FaultAcknowledgement] = [],
            forgettings: [Forgetting] = [], notices: NoticeStateMachine.Settings = NoticeStateMachine.Settings()
        ) {
            self.thresholds = thresholds
            self.rules = rules
            self.objectives = objectives
            self.silences = silences
            self.acknowledgements = acknowledgements
            self.forgettings = forgettings
            self.notices = notices
        }
    }

    /// What one evaluation changed.
    package struct Outcome: Sendable {
        package var transitions: [AlertTransition] = []
        package var messages: [AlertMessage] = []
        /// Series whose messages would say more, if what was usual were given; at most ``maximumUnexplained``.
        package var unexplained: [SeriesKey] = []
        /// Rules whose alerts changed.
        package var changed: Set<String> = []
    }

    /// What was usual is asked of so many series at most before people are told.
    package static let maximumUnexplained = 20
    /// Edges that are watched at most.
    package static let maximumKeys = 50_000
    /// Seconds for which an edge is watched after its last call.
    package static let memory: Int64 = 25 * 3_600

    package private(set) var alerts: [String: AlertContent] = [:]
    package private(set) var notices = NoticeStateMachine()
    /// The metrics of hosts that have a limit, each with the longest of its windows.
    package private(set) var hostMetrics: [HostMetric: Window] = [:]
    private var settings = Settings()
    private var evaluator = AlertEvaluator()
    /// When each was called last, seconds since the epoch.
    private var keys: [SeriesKey: Int64] = [:]
    private var regularity: [SeriesKey: CallRegularity] = [:]
    /// When history forgot it, seconds since the epoch.
    private var forgotten: [ForgottenSeries: Int64] = [:]
    private var operations: Set<SeriesKey> = []
    private var needsRules = true
    private var forgottenAt: Int64 = 0
    /// ``HostWatch/generation`` for which rules were made.
    private var hostsGeneration: Int?
    /// As the last whole picture had it; `nil` before the first.
    private var announced: AnnouncedServices?

    package init() {}

    /// Goes on from what was stored.
    package init(alerts: [AlertContent], notices: NoticeStateMachine, at now: Int64) {
        self.notices = notices
        for alert in alerts {
            self.alerts[alert.rule.id] = alert
            guard alert.machine.recordState != .inactive, let key = alert.rule.subject.key else { continue }
            keys[key.level == .operation ? key.key(at: .edge) : key] = now
        }
    }

    package mutating func set(_ settings: Settings) {
        self.settings = settings
        forgotten = Dictionary(settings.forgettings.map { ($0.series, $0.at) }, uniquingKeysWith: max)
        hostMetrics = [:]
        for (name, window) in settings.thresholds.hostMetrics {
            guard let metric = HostMetric(name: name), window.seconds > hostMetrics[metric]?.seconds ?? 0 else {
                continue
            }
            hostMetrics[metric] = window
        }
        needsRules = true
        // Of a fault that is over nobody is told anything any more.
        for one in settings.acknowledgements {
            _ = notices.acknowledge(
                fault: one.id,
                NoticeStateMachine.Acknowledgement(author: one.author, comment: one.comment, at: one.at))
        }
    }

    /// An edge was called in the minute that begins at `second`; in any order.
    package mutating func noteCall(of edge: SeriesKey, at second: Int64) {
        guard keys[edge] != nil || keys.count < Self.maximumKeys else { return }
        if keys[edge] == nil { needsRules = true }
        keys[edge] = max(keys[edge] ?? second, second)
        regularity[edge, default: CallRegularity()].note(callAt: second)
    }

    /// Evaluates everything.
    ///
    /// - Parameters:
    ///   - now: seconds since the epoch.
    ///   - burns: of ``objectives``, by id; of those that are missing nothing is said.
    ///   - hosts: all that there are.
    ///   - knowsRegularity: whether calls of the last day have been noted: before that nobody is said to be silent.
    ///   - baselines: what was usual of series whose times are too long, by which messages explain them.
    ///   - link: to what is at fault, in the dashboard.
    /// - Returns: `nil` where the picture is not whole, and there are no hosts: then nothing is said of anything. Hosts
    ///   are judged without any calls.
    package mutating func evaluate(
        _ picture: LivePicture, at now: Int64, burns: [String: ObjectiveBurn] = [:], hosts: HostWatch = HostWatch(),
        knowsRegularity: Bool, baselines: [SeriesKey: ReportEvidence.Baseline] = [:],
        link: (FaultNode, Int64) -> String?
    ) -> Outcome? {
        let isWhole = picture.isCovered(.seconds10, at: now * 1_000)
        guard isWhole || !hosts.isEmpty else { return nil }
        if isWhole {
            noteCalls(picture, at: now)
            announced = picture.announced
        }
        var outcome = Outcome()
        if needsRules || hostsGeneration != hosts.generation {
            outcome.transitions += makeRules(hosts, at: now)
        }
        var readings = AlertReadings(
            picture, operations: operations, burns: burns, hosts: hosts, isWhole: isWhole, at: now)
        var values: [String: Double] = [:]
        let regularity = regularity
        let known = alerts
        outcome.transitions += evaluator.evaluate(at: now) { rule, threshold in
            let alert = known[rule.id]?.machine
            let missedSince = alert?.recordState == .noData ? alert?.since : nil
            // Whoever is missed already has but to be called, whatever is known of the day before.
            let isAsked = rule.noDataAfter != nil && (knowsRegularity || missedSince != nil)
            let reading = readings.reading(
                rule, threshold, regularity: isAsked ? rule.subject.key.flatMap { regularity[$0] } : nil,
                missedSince: missedSince)
            if case .value(let value) = reading, Self.isCrossed(value, rule, threshold) || alert?.since != nil {
                values[rule.id] = value
            }
            return reading
        }
        take(outcome.transitions, values, &outcome.changed)
        tell(&readings, baselines, hosts.services, at: now, link, &outcome)
        return outcome
    }

    private static func isCrossed(_ value: Double, _ rule: AlertRule, _ threshold: MetricThreshold?) -> Bool {
        guard let threshold else {
            // In multiples of what a pair of burn rates allows (``BurnRate/strength(_:of:)``).
            if case .burnRate = rule.condition { return value > 1 }
            return false
        }
        return threshold.limit(rule.severity).map { threshold.direction.isCrossed(value, limit: $0) } ?? false
    }

    /// The objectives that rules are on.
    package var objectives: [Objective] {
        let named = Set(
            settings.rules.compactMap { rule in
                if case .burnRate(let id) = rule.condition { id } else { nil }
            })
        return settings.objectives.filter { named.contains($0.id) }
    }

    /// The rule's limit now.
    package func limit(of rule: AlertRule) -> Double? { AlertLimits(rule, in: settings.thresholds)?.raise.finite }

    // MARK: What is watched

    private mutating func noteCalls(_ picture: LivePicture, at now: Int64) {
        for edge in picture.edgesCalled(in: .seconds10) { noteCall(of: edge, at: now) }
        guard now - forgottenAt >= 60 else { return }
        forgottenAt = now
        // What was called within the hour is watched, though it has been quiet since this server began.
        for edge in picture.edgesCalled(in: .hour1) where keys[edge] == nil && keys.count < Self.maximumKeys {
            keys[edge] = now
            needsRules = true
        }
        let active = Set(
            alerts.values.filter { $0.machine.since != nil }.compactMap { $0.rule.subject.key?.key(at: .edge) })
        for (key, last) in keys where now - last > Self.memory && !active.contains(key) {
            keys[key] = nil
            regularity[key] = nil
            needsRules = true
        }
    }

    private mutating func makeRules(_ hosts: HostWatch, at now: Int64) -> [AlertTransition] {
        needsRules = false
        hostsGeneration = hosts.generation
        let forgotten = forgotten.isEmpty ? [] : forget()
        let services = Set(keys.keys.map { $0.key(at: .service) })
        let own = settings.rules.compactMap(\.subject.key)
        operations = Set(own.filter { $0.level == .operation })
            .union(settings.thresholds.operations)
        let watched = keys.keys.filter { $0.level == .edge } + services + operations
        let all =
            settings.rules.filter { rule in
                rule.hostMetric == nil && rule.subject.key.map { !forgotten.contains($0.key(at: .edge)) } != false
            }
            + AlertRule.standing(for: watched.sorted(), in: settings.thresholds) + hostRules(hosts)
        let transitions = evaluator.setRules(
            all, thresholds: settings.thresholds, stored: alerts.mapValues(\.machine), at: now)
        // Those that have ended go on from there, should their rules come back.
        for id in Set(transitions.map(\.rule)) { _ = alerts[id]?.machine.end(at: now) }
        return transitions
    }

    /// Watches no edges any more that history forgot since they were called last: they are no more.
    ///
    /// - Returns: those, and those that rules are on.
    private mutating func forget() -> Set<SeriesKey> {
        var lasting: [SeriesKey: Int64] = [:]
        for alert in alerts.values {
            guard let edge = alert.rule.subject.key?.key(at: .edge), let since = alert.machine.since else { continue }
            lasting[edge] = max(lasting[edge] ?? since, since)
        }
        let ruled = settings.rules.compactMap(\.subject.key).filter { !$0.dependency.isEmpty }
            .map { $0.key(at: .edge) }
        let gone = Set(Array(keys.keys) + ruled).filter { edge in
            let last = max(regularity[edge]?.lastCall ?? .min, lasting[edge] ?? .min)
            return forgettingTime(of: edge).map { last < $0 } == true
        }
        for edge in gone {
            keys[edge] = nil
            regularity[edge] = nil
        }
        return gone
    }

    private func forgettingTime(of edge: SeriesKey) -> Int64? {
        let subjects: [ForgottenSeries.Subject] = [.service(edge.service), .dependency(edge.dependency)]
        return subjects.flatMap { subject in
            [edge.environment, nil].compactMap { forgotten[ForgottenSeries(subject, environment: $0)] }
        }.max()
    }

    /// The rules on hosts that there are, one for each part of a host that has an alert of its own. What is wrong with
    /// a part that is gone stays wrong until the alert has been quiet for long enough.
    private func hostRules(_ hosts: HostWatch) -> [AlertRule] {
        var active: [WatchSubject: [AlertRule]] = [:]
        for alert in alerts.values where alert.machine.since != nil && alert.rule.part != nil {
            active[alert.rule.subject, default: []].append(alert.rule)
        }
        let own = Dictionary(grouping: settings.rules.filter { $0.hostMetric != nil }, by: \.subject)
        return hosts.names.flatMap { name in
            let subject = WatchSubject.host(name)
            let rules = (own[subject] ?? []) + AlertRule.standing(forHost: name, in: settings.thresholds)
            return rules.flatMap { rule in
                guard let metric = rule.hostMetric else { return [rule] }
                let gone = (active[subject] ?? []).filter { $0.condition == rule.condition }.compactMap(\.part)
                return Set(hosts.parts(of: name, metric) + gone).sorted().map { rule.of(part: $0) }
            }
        }
    }

    private mutating func take(
        _ transitions: [AlertTransition], _ values: [String: Double], _ changed: inout Set<String>
    ) {
        let moved = Set(transitions.map(\.rule))
        changed.formUnion(moved)
        let table = settings.thresholds
        evaluator.forEach { rule, machine in
            guard machine.episode > 0 else { return }
            // What is inactive and was so before has nothing new to say.
            guard machine.since != nil || moved.contains(rule.id) else { return }
            var content = alerts[rule.id] ?? AlertContent(rule: rule, machine: machine)
            content.rule = rule
            content.machine = machine
            content.value = values[rule.id] ?? content.value
            content.limit = AlertLimits(rule, in: table)?.raise.finite
            if machine.since == nil {
                content.isInhibited = false
                content.isSilenced = false
                content.acknowledgement = nil
                content.fault = nil
            }
            alerts[rule.id] = content
        }
    }

    // MARK: What people are told

    private mutating func tell(
        _ readings: inout AlertReadings, _ baselines: [SeriesKey: ReportEvidence.Baseline], _ services: HostServices,
        at now: Int64, _ link: (FaultNode, Int64) -> String?, _ outcome: inout Outcome
    ) {
        var active: [ActiveAlert] = []
        var announced: [FaultGrouping.Address: String] = [:]
        let silences = settings.silences
        evaluator.forEach { rule, machine in
            guard let alert = ActiveAlert(rule, machine, silences: silences, at: now) else { return }
            active.append(alert)
            guard let key = rule.subject.key, !key.dependency.isEmpty,
                let service = self.announced?.service(behind: key)
            else { return }
            announced[FaultGrouping.Address(environment: key.environment, dependency: key.dependency)] =
                service.service
        }
        // What is at fault behind calls is not known before there was a whole picture; behind hosts it is.
        let isKnown =
            self.announced != nil
            || (active.allSatisfy { $0.subject.key == nil } && notices.faults.keys.allSatisfy { $0.kind == .host })
        guard isKnown else { return }
        let grouping = FaultGrouping(active, announced: announced, at: now)
        let told = notices.update(grouping, settings: settings.notices, at: now)
        for notice in told {
            var evidence = AlertEvidence(
                alerts: alerts, readings: readings, thresholds: settings.thresholds, baselines: baselines,
                hostServices: services)
            outcome.messages.append(evidence.message(notice, link: link(notice.node, notice.at)))
            outcome.unexplained += evidence.unexplained
            readings = evidence.readings
        }
        outcome.unexplained = Array(Set(outcome.unexplained).sorted().prefix(Self.maximumUnexplained))
        mark(active, grouping, &outcome.changed)
    }

    /// Notes at each alert whether it is inhibited, silenced or taken on.
    private mutating func mark(_ active: [ActiveAlert], _ grouping: FaultGrouping, _ changed: inout Set<String>) {
        let inhibited = Set(grouping.groups.flatMap(\.inhibited))
        var faults: [String: NoticeStateMachine.Fault] = [:]
        for fault in notices.faults.values {
            for rule in fault.group.alerts + fault.group.inhibited { faults[rule] = fault }
        }
        for alert in active {
            guard var content = alerts[alert.rule] else { continue }
            content.isInhibited = inhibited.contains(alert.rule)
            content.isSilenced = alert.isSilenced
            content.fault = faults[alert.rule]?.id
            content.acknowledgement = faults[alert.rule]?.acknowledgement
            guard content != alerts[alert.rule] else { continue }
            alerts[alert.rule] = content
            changed.insert(alert.rule)
        }
    }
}

extension Double {
    /// `nil` for what no limit is.
    fileprivate var finite: Double? { isFinite ? self : nil }
}
