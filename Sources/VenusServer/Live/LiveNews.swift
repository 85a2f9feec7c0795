/// That a view has been made anew, and from where a subscriber can follow.
package struct LiveNews: Sendable, Hashable {
    package var position: LivePosition
    /// What each of the updates that lead here builds on, oldest first; of the same epoch.
    package var steps: [UInt64]
    /// See ``Topic/isConflated``.
    package var isConflated: Bool

    package init(position: LivePosition, steps: [UInt64], isConflated: Bool = true) {
        self.position = position
        self.steps = steps
        self.isConflated = isConflated
    }

    /// What somebody gets who is there, or says to be. A place that we never were at is no place to go on from, nor is
    /// one of another epoch.
    func delivery(since known: LivePosition) -> LiveSessionStateMachine.Delivery {
        guard known.epoch == position.epoch else { return .snapshot }
        if known.seq == position.seq { return .none }
        // Whoever follows is at the newest but one.
        if steps.last == known.seq { return .updates(1) }
        if let place = steps.firstIndex(of: known.seq) { return .updates(steps.count - place) }
        if !isConflated, let oldest = steps.first, known.seq < oldest {
            return .gap(from: known.seq, updates: steps.count)
        }
        return .snapshot
    }
}
