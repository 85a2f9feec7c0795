/// That a view has been made anew, and from where a subscriber can follow.
package struct LiveNews: Sendable, Hashable {
    package var position: LivePosition
    /// What each of the updates that lead here builds on, oldest first; of the same epoch.
    package var steps: [UInt64]

    package init(position: LivePosition, steps: [UInt64]) {
        self.position = position
        self.steps = steps
    }

    /// How many of the last updates somebody needs who is there; `nil` where none lead from there to here.
    func updates(since known: LivePosition) -> Int? {
        guard known.epoch == position.epoch else { return nil }
        // Whoever follows is at the newest but one.
        if steps.last == known.seq { return 1 }
        return steps.firstIndex(of: known.seq).map { steps.count - $0 }
    }
}
