package import VenusCallLog

/// Notices entries of a shard that somebody trimmed before its owner read them.
///
/// The owner trims what it has committed, but for the newest entry: while that one is there, nothing behind it was
/// trimmed. Where it is gone, the entries that were ever removed, and those that are left up to the cursor, tell how
/// many are missing, if the log counts them.
package struct TrimWatch: Sendable {
    package struct Finding: Sendable, Hashable {
        /// The last entry that was certainly read.
        package var after: EntryID
        /// The next that was left, or the newest of all where none was.
        package var before: EntryID
        /// `nil` where that is not known: perhaps none.
        package var entries: UInt64?
    }

    /// The entry that our trimming left.
    private var kept: EntryID?
    /// How many entries had been appended up to that one, itself included; `nil` where that is not known.
    private var keptPlace: UInt64?
    private var takenSince: UInt64 = 0

    /// Begins at a cursor whose entry the owner before left in place.
    package init(cursor: EntryID = .start) { kept = cursor == .start ? nil : cursor }

    package mutating func took(_ entries: Int) { takenSince += UInt64(entries) }

    /// Everything before this entry was trimmed, which is the last that was taken.
    package mutating func trimmed(before entry: EntryID) {
        kept = entry
        keptPlace = keptPlace.map { $0 + takenSince }
        takenSince = 0
    }

    /// Whether the entry that should be there is not. Then ``judge(_:countUpToCursor:)`` says what that means.
    package mutating func suspects(_ extent: ShardExtent) -> Bool {
        guard let kept else { return false }
        guard let oldest = extent.oldest else { return extent.newest > kept }
        if oldest == kept { keptPlace = extent.removed.map { $0 + 1 } }
        return oldest > kept
    }

    /// - Parameter countUpToCursor: entries up to the cursor that the shard still holds.
    package mutating func judge(_ extent: ShardExtent, countUpToCursor: UInt64) -> Finding? {
        guard let kept else { return nil }
        let place = extent.removed.map { $0 + countUpToCursor }
        let expected = keptPlace.map { $0 + takenSince }
        self = TrimWatch()
        keptPlace = place
        guard let place, let expected, place >= expected else {
            return Finding(after: kept, before: extent.oldest ?? extent.newest, entries: nil)
        }
        // Somebody else trimmed what we had read.
        guard place > expected else { return nil }
        return Finding(after: kept, before: extent.oldest ?? extent.newest, entries: place - expected)
    }
}
