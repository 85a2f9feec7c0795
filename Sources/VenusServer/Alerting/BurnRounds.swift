package import VenusCore

/// How fast the budgets of objectives burn, as far as that was read, and whose turn it is to be read anew. No I/O; time
/// is given. What is not there is not known, and nothing is said of it.
///
/// Bound: the objectives that it was given last.
package struct BurnRounds: Sendable {
    /// Seconds after which an objective is read anew.
    package static let freshness: Int64 = 15

    private struct Reading: Sendable {
        var burn: ObjectiveBurn
        /// Seconds since the epoch.
        var at: Int64
    }

    /// By the objective's id.
    private var readings: [String: Reading] = [:]

    package init() {}

    /// By the objective's id.
    package var burns: [String: ObjectiveBurn] { readings.mapValues(\.burn) }

    /// Those that are to be read, the one that waits longest first; of others than these, and of those that were
    /// changed, what was read is forgotten.
    package mutating func due(_ objectives: [Objective], at now: Int64) -> [Objective] {
        let current = Dictionary(objectives.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        readings = readings.filter { current[$0.key] == $0.value.burn.objective }
        return current.values.map { (objective: $0, at: readings[$0.id]?.at ?? .min) }
            .filter { $0.at == .min || !($0.at...$0.at + Self.freshness).contains(now) }
            .sorted { ($0.at, $0.objective.id) < ($1.at, $1.objective.id) }
            .map(\.objective)
    }

    package mutating func note(_ burn: ObjectiveBurn, at now: Int64) {
        readings[burn.objective.id] = Reading(burn: burn, at: now)
    }
}
