package import VenusCore

/// An objective and how fast its budget burns, as rules on it are evaluated.
package struct ObjectiveBurn: Sendable {
    package var objective: Objective
    /// Of each of ``BurnRate/all``, in that order.
    package var tallies: [BurnRate.Tallies]

    package init(_ objective: Objective, _ tallies: [BurnRate.Tallies]) {
        self.objective = objective
        self.tallies = tallies
    }
}
