public import VenusCore

/// What people are told, with the evidence; every receiver's form is made from it.
public struct AlertMessage: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case firing, escalated, repeated, resolved
        /// Somebody tries the way.
        case test

        public init(_ kind: Notice.Kind) {
            self =
                switch kind {
                case .firing: .firing
                case .escalated: .escalated
                case .repeated: .repeated
                case .resolved: .resolved
                }
        }
    }

    /// One alert of the fault.
    public struct Evidence: Sendable, Hashable, Codable {
        public var subject: WatchSubject
        /// ``Metric/name``, `burn_rate`, or `no_data`.
        public var metric: String
        public var severity: Severity
        /// What was measured, and the limit, in the metric's unit; `nil` where there is none.
        public var value: Double?
        public var limit: Double?
        /// Of times: the phase that grew most.
        public var phase: PhaseGrowth?
        /// What ``phase`` is compared with.
        public var baseline: ReportEvidence.Baseline.Time?
        public var failures: [FailureShare]
        /// ``AlertRule/part``.
        public var part: String?

        public init(
            subject: WatchSubject, metric: String, severity: Severity, value: Double? = nil, limit: Double? = nil,
            phase: PhaseGrowth? = nil, baseline: ReportEvidence.Baseline.Time? = nil, failures: [FailureShare] = [],
            part: String? = nil
        ) {
            self.subject = subject
            self.metric = metric
            self.severity = severity
            self.value = value
            self.limit = limit
            self.phase = phase
            self.baseline = baseline
            self.failures = failures
            self.part = part
        }
    }

    /// One call that shows the fault; templates only.
    public struct Sample: Sendable, Hashable, Codable {
        public var operation: String
        /// Status or error type; `nil` of a slow success.
        public var errorType: String?
        /// How long the call took.
        public var milliseconds: Double
        /// The W3C trace id, where the call carried one.
        public var trace: String?

        public init(operation: String, errorType: String?, milliseconds: Double, trace: String? = nil) {
            self.operation = operation
            self.errorType = errorType
            self.milliseconds = milliseconds
            self.trace = trace
        }
    }

    /// ``Notice/id``.
    public var id: String
    /// ``Notice/fault``.
    public var fault: String
    public var kind: Kind
    public var node: FaultNode
    public var severity: Severity
    /// Seconds since the epoch: of the message, and of the fault's first alert.
    public var at: Int64
    public var since: Int64
    /// The gravest first.
    public var evidence: [Evidence]
    /// Services that see it fail; of a host, those whose proxies run on it.
    public var services: [String]
    /// Edges further up that fail because of it, as people call them.
    public var inhibited: [String]
    public var sample: Sample?
    /// The dependency at that time, in the dashboard.
    public var link: String?

    public init(
        _ notice: Notice, evidence: [Evidence], inhibited: [String] = [], sample: Sample? = nil, link: String? = nil
    ) {
        id = notice.id
        fault = notice.fault
        kind = Kind(notice.kind)
        node = notice.node
        severity = notice.group.severity
        at = notice.at
        since = notice.group.since
        self.evidence = evidence
        services = notice.group.services
        self.inhibited = inhibited
        self.sample = sample
        self.link = link
    }

    /// A message that tries an endpoint.
    ///
    /// - Parameter id: new for each.
    public static func test(id: String, at now: Int64, link: String? = nil) -> AlertMessage {
        let group = FaultGroup(
            node: FaultNode(.dependency, "example.com:443", environment: "test"), alerts: [], inhibited: [],
            services: [],
            severity: .warning, since: now, isSilenced: false)
        var message = AlertMessage(
            Notice(id: id, fault: StableID.make("test", id), kind: .firing, node: group.node, group: group, at: now),
            evidence: [], link: link)
        message.kind = .test
        return message
    }
}
