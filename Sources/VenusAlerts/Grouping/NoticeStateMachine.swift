public import VenusCore

/// Decides when people are told of faults: once when one begins, again while nobody acknowledges it, and once when it
/// is over. No I/O; it is stored together with the messages it makes, in one transaction.
///
/// Bound: ``maximumFaults``; further ones wait until others are over.
public struct NoticeStateMachine: Sendable, Hashable, Codable {
    /// Faults that are known at a time, at most.
    public static let maximumFaults = 10_000

    /// Seconds.
    public struct Settings: Sendable, Hashable, Codable {
        /// How long alerts gather before the first message.
        public var gather: Int64
        /// How long what was explained by another fault must stand alone before it is told of: it recovers a little
        /// later.
        public var release: Int64
        /// After which an unacknowledged fault is told again.
        public var repeatEvery: Int64

        public init(gather: Int64 = 10, release: Int64 = 600, repeatEvery: Int64 = 14_400) {
            self.gather = max(0, gather)
            self.release = max(0, release)
            self.repeatEvery = max(60, repeatEvery)
        }
    }

    /// Who has taken a fault on.
    public struct Acknowledgement: Sendable, Hashable, Codable {
        public var author: String
        public var comment: String
        /// Seconds since the epoch.
        public var at: Int64

        public init(author: String, comment: String = "", at: Int64) {
            self.author = author
            self.comment = comment
            self.at = at
        }
    }

    /// A fault that is known.
    public struct Fault: Sendable, Hashable, Codable {
        public var id: String
        public var group: FaultGroup
        /// When it is told, unless it was; seconds since the epoch, like all times here.
        public var due: Int64
        /// When it was told last, and how grave it was then.
        public var told: Int64?
        public var toldSeverity: Severity?
        public var acknowledgement: Acknowledgement?
    }

    public private(set) var faults: [FaultNode: Fault] = [:]
    /// Nodes that were inhibited at the last update, and not told of.
    private var waiting: Set<FaultNode> = []
    /// Faults and messages so far: their ids.
    private var count: UInt64 = 0

    public init() {}

    /// Looks at the groups as they are now, once a second or whenever they change.
    ///
    /// - Returns: what is to be said, by node.
    public mutating func update(_ grouping: FaultGrouping, settings: Settings, at now: Int64) -> [Notice] {
        var notices: [Notice] = []
        let groups = Dictionary(grouping.groups.map { ($0.node, $0) }, uniquingKeysWith: { first, _ in first })
        for (node, fault) in faults.sorted(by: { $0.key < $1.key }) where !grouping.failing.contains(node) {
            faults[node] = nil
            if fault.told != nil { notices.append(notice(.resolved, fault, now)) }
        }
        for (node, group) in groups.sorted(by: { $0.key < $1.key }) {
            if faults[node] == nil {
                guard faults.count < Self.maximumFaults else { continue }
                let wait = waiting.contains(node) ? settings.release : settings.gather
                count += 1
                faults[node] = Fault(
                    id: StableID.make("fault", String(count), node.environment, node.kind.rawValue, node.name),
                    group: group, due: now.addingReportingOverflow(wait).partialValue)
            }
            faults[node]?.group = group
            guard var fault = faults[node], !group.isSilenced, let kind = due(fault, settings, now) else { continue }
            fault.told = now
            fault.toldSeverity = group.severity
            faults[node] = fault
            notices.append(notice(kind, fault, now))
        }
        // What another fault explains now is not told, and starts anew if it should come to stand alone.
        for node in grouping.inhibited.union(grouping.held) where faults[node].map({ $0.told == nil }) == true {
            faults[node] = nil
        }
        waiting = grouping.inhibited.filter { faults[$0] == nil }
        return notices
    }

    private func due(_ fault: Fault, _ settings: Settings, _ now: Int64) -> Notice.Kind? {
        guard let told = fault.told, let before = fault.toldSeverity else {
            // Nobody waits for a clock that was set back.
            let isDue = now >= fault.due || fault.due - now > max(settings.gather, settings.release)
            return isDue ? .firing : nil
        }
        if fault.group.severity > before { return .escalated }
        guard fault.acknowledgement == nil else { return nil }
        let (age, overflow) = now.subtractingReportingOverflow(told)
        return !overflow && age >= settings.repeatEvery ? .repeated : nil
    }

    /// Takes a fault on: it is not repeated any more.
    ///
    /// - Returns: whether there is such a fault.
    public mutating func acknowledge(fault id: String, _ acknowledgement: Acknowledgement) -> Bool {
        guard let node = faults.first(where: { $0.value.id == id })?.key else { return false }
        faults[node]?.acknowledgement = acknowledgement
        return true
    }

    private mutating func notice(_ kind: Notice.Kind, _ fault: Fault, _ now: Int64) -> Notice {
        count += 1
        return Notice(
            id: StableID.make("notice", String(count), fault.id), fault: fault.id, kind: kind, node: fault.group.node,
            group: fault.group, at: now)
    }
}
