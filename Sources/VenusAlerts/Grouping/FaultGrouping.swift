import VenusCore

/// Finds the dependencies at fault among the alerts of a chain of services.
///
/// An alert on an edge is about what is called: a dependency, or the service that announces its address. Where that
/// service itself sees a dependency fail, at least as gravely, the fault is further down: the alert is inhibited, and
/// listed there. An edge without data is about its caller, who has fallen silent, and explains nothing that is above
/// it.
public struct FaultGrouping: Sendable, Hashable {
    /// A pending alert that fires within so many seconds holds back those above it, which may have been faster; for no
    /// longer than this from when they fired, since it may never fire.
    public static let longestHold: Int64 = 120

    /// The groups with an alert that fires or is without data, by node.
    public let groups: [FaultGroup]
    /// Nodes with an alert that fires or is without data, the inhibited ones included.
    public let failing: Set<FaultNode>
    /// Those of them whose fault lies in what fires further down.
    public let inhibited: Set<FaultNode>
    /// Those of them of which that is not yet known: what is further down is about to fire.
    public let held: Set<FaultNode>

    /// An address as callers name it.
    public struct Address: Sendable, Hashable {
        public var environment: String
        public var dependency: String

        public init(environment: String, dependency: String) {
            self.environment = environment
            self.dependency = dependency
        }
    }

    /// - Parameters:
    ///   - announced: the services that announce these addresses.
    ///   - now: seconds since the epoch.
    public init(_ alerts: some Sequence<ActiveAlert>, announced: [Address: String] = [:], at now: Int64) {
        var nodes = Nodes()
        for alert in alerts {
            if case .pending(let wait) = alert.state, wait > Self.longestHold { continue }
            nodes.add(alert, announced)
        }
        nodes.link(at: now)
        let reach = nodes.reach()
        var groups: [FaultGroup] = []
        var inhibited: Set<FaultNode> = []
        var held: Set<FaultNode> = []
        let fires = nodes.alerts.map { $0.contains { !$0.isPending } }
        for (place, own) in reach.enumerated() {
            // At fault is what nothing explains that it does not itself explain.
            let circle = own.filter { reach[$0].contains(place) }
            guard circle.count == own.count else {
                guard fires[place] else { continue }
                let isExplained = own.contains { fires[$0] && !circle.contains($0) }
                if isExplained { inhibited.insert(nodes.names[place]) } else { held.insert(nodes.names[place]) }
                continue
            }
            let first = circle.union([place]).min { nodes.names[$0] < nodes.names[$1] } ?? place
            guard first == place else { continue }
            let members = circle.union([place])
            let above = reach.indices.filter { !members.contains($0) && reach[$0].contains(place) }
            if let group = nodes.group(place, members: members, above: above) { groups.append(group) }
        }
        self.groups = groups.sorted { $0.node < $1.node }
        failing = Set(nodes.names.indices.filter { fires[$0] }.map { nodes.names[$0] })
        self.inhibited = inhibited
        self.held = held
    }

    /// The nodes of the graph of failures, by their place.
    private struct Nodes {
        var names: [FaultNode] = []
        var alerts: [[ActiveAlert]] = []
        private var places: [FaultNode: Int] = [:]
        /// What each node is seen to fail at.
        private var next: [Set<Int>] = []

        mutating func add(_ alert: ActiveAlert, _ announced: [Address: String]) {
            let name = Self.node(alert, announced)
            let place = places[name] ?? names.count
            if place == names.count {
                places[name] = place
                names.append(name)
                alerts.append([])
                next.append([])
            }
            alerts[place].append(alert)
        }

        private static func node(_ alert: ActiveAlert, _ announced: [Address: String]) -> FaultNode {
            switch alert.subject {
            case .everything: return FaultNode(.everything, "", environment: "")
            case .host(let name): return FaultNode(.host, name, environment: "")
            case .series(let key):
                switch key.level {
                case .total: return FaultNode(.everything, "", environment: key.environment)
                case .service: return FaultNode(.service, key.service, environment: key.environment)
                case .dependency, .edge, .operation:
                    if alert.state == .noData, key.level != .dependency {
                        return FaultNode(.service, key.service, environment: key.environment)
                    }
                    let address = Address(environment: key.environment, dependency: key.dependency)
                    if let service = announced[address] {
                        return FaultNode(.service, service, environment: key.environment)
                    }
                    return FaultNode(.dependency, key.dependency, environment: key.environment)
                }
            }
        }

        private func severity(_ place: Int) -> Severity { alerts[place].map(\.severity).max() ?? .warning }

        /// Links a service to what it sees fail, where that is no less grave than what is said of the service; to what
        /// is about to fire for a while only.
        mutating func link(at now: Int64) {
            let firing = alerts.map { $0.filter { !$0.isPending }.map(\.since).min() }
            for place in names.indices {
                for alert in alerts[place] where alert.state != .noData {
                    guard case .series(let key) = alert.subject, key.level == .edge || key.level == .operation else {
                        continue
                    }
                    let caller = FaultNode(.service, key.service, environment: key.environment)
                    guard let above = places[caller], above != place else { continue }
                    if firing[place] == nil, let since = firing[above], now - since >= FaultGrouping.longestHold {
                        continue
                    }
                    if severity(place) >= severity(above) { next[above].insert(place) }
                }
            }
        }

        /// For each node the nodes below it. Only services have any, so this is bounded by services times edges.
        func reach() -> [Set<Int>] {
            names.indices.map { start in
                var found: Set<Int> = []
                var open = Array(next[start])
                while let place = open.popLast() {
                    if found.insert(place).inserted { open += next[place] }
                }
                return found
            }
        }

        func group(_ place: Int, members: Set<Int>, above: [Int]) -> FaultGroup? {
            let own = members.flatMap { alerts[$0] }.filter { !$0.isPending }
            guard let severity = own.map(\.severity).max(), let since = own.map(\.since).min() else { return nil }
            let services = own.compactMap { alert -> String? in
                guard alert.state != .noData, let key = alert.subject.key, !key.dependency.isEmpty else { return nil }
                return key.service.isEmpty ? nil : key.service
            }
            return FaultGroup(
                node: names[place], alerts: own.map(\.rule).sorted(),
                inhibited: above.flatMap { alerts[$0] }.filter { !$0.isPending }.map(\.rule).sorted(),
                services: Set(services).sorted(), severity: severity, since: since,
                isSilenced: own.allSatisfy(\.isSilenced))
        }
    }
}
