package import VenusCallLog

/// What goes to disk, and what comes back from there.
extension ShipperStateMachine {
    package enum KeepAction: Sendable, Hashable {
        /// Nothing needs to go to disk now.
        case wait
        /// These go into the spool, in order: ``kept(_:)`` or ``keepingFailed(random:)``.
        case keep([QueuedBlock])
        case stop
    }

    struct Spooling {
        /// Blocks that are written at once at most.
        static let maximumKeptBlocks = 64
        static let maximumKeptBytes = 4 << 20
        /// While there is something on disk, more than this in memory goes there too.
        static let maximumBytesBesideSpool = 1 << 20

        var isPossible: Bool
        /// Calls of a log that is slow go to disk from here on.
        let maximumBytes: Int
        /// How many of the queue's oldest blocks are on their way to disk.
        var keeping = 0
        /// An append takes long.
        var isStalled = false
        /// There may be something on disk: all that follows comes after it.
        private(set) var isInUse = false
        private(set) var calls = 0
        private(set) var dropped: UInt64 = 0
        /// Read, in order; those before `place` are appended.
        private var entries: [SpooledEntry] = []
        private var place = 0
        private var backoff = Backoff(first: .milliseconds(500), longest: .seconds(30))
        private var isFailing = false

        init(isPossible: Bool, maximumQueuedBytes: Int) {
            self.isPossible = isPossible
            maximumBytes = maximumQueuedBytes / 4
        }

        var nextEntry: SpooledEntry? { place < entries.count ? entries[place] : nil }

        mutating func entryWasAppended(_ entry: SpooledEntry) {
            calls = max(0, calls - entry.count)
            // It is the oldest, unless the spool was read anew meanwhile.
            if nextEntry?.first == entry.first { place += 1 }
        }

        mutating func kept(_ status: SpoolStatus) {
            isInUse = true
            isFailing = false
            backoff.succeeded()
            note(status)
        }

        mutating func failed(random: Double) -> (wait: Duration, isNew: Bool) {
            defer { isFailing = true }
            return (backoff.failed(random: random), !isFailing)
        }

        mutating func wasRead(_ read: [SpooledEntry], _ status: SpoolStatus) {
            entries = read
            place = 0
            isInUse = !read.isEmpty || status.calls > 0
            note(status)
        }

        private mutating func note(_ status: SpoolStatus) {
            calls = status.calls
            // A spool that was put aside begins at 0 again.
            dropped = max(dropped, status.dropped)
        }
    }

    /// Whether something of this producer may be on disk.
    package var isSpoolInUse: Bool { spooling.isInUse }

    /// An append has been under way for so long that what waits behind it should go to disk.
    package mutating func appendTakesLong() { spooling.isStalled = true }

    /// What goes to disk next: asked again only after ``kept(_:)`` or ``keepingFailed(random:)``.
    ///
    /// - Parameter isRoomScarce: whether the room that is shared with others is running out.
    package mutating func nextToKeep(isRoomScarce: Bool) -> KeepAction {
        guard spooling.isPossible, !isOver else { return .stop }
        guard isKeepingDue(isRoomScarce: isRoomScarce) else { return .wait }
        return oldestToKeep() ?? .wait
    }

    /// Whether what waits should go to disk.
    package func isKeepingDue(isRoomScarce: Bool) -> Bool {
        guard spooling.isPossible else { return false }
        let most = spooling.isInUse ? Spooling.maximumBytesBesideSpool : spooling.maximumBytes
        return isAway || spooling.isStalled || isRoomScarce || queue.bytes > most
    }

    /// What goes to disk at the very end, when no more is appended; `nil` where nothing is left.
    package mutating func restToKeep() -> KeepAction? { spooling.isPossible ? oldestToKeep() : nil }

    private mutating func oldestToKeep() -> KeepAction? {
        precondition(spooling.keeping == 0, "one hand alone moves blocks to disk")
        let blocks = queue.oldest(Spooling.maximumKeptBlocks, bytes: Spooling.maximumKeptBytes)
        guard !blocks.isEmpty else { return nil }
        spooling.keeping = blocks.count
        return .keep(blocks)
    }

    /// What ``nextToKeep(isRoomScarce:)`` gave is on disk.
    ///
    /// - Returns: how many bytes there are room for again.
    package mutating func kept(_ status: SpoolStatus) -> Int {
        defer { spooling.keeping = 0 }
        spooling.kept(status)
        return (0..<spooling.keeping).reduce(0) { freed, _ in freed + queue.removeFirst() }
    }

    /// The spool could not be written: the blocks stay in the queue.
    ///
    /// - Returns: how long to wait, whether this is the first failure in a row, and how many bytes there are room for
    ///   again.
    package mutating func keepingFailed(random: Double) -> (wait: Duration, isNew: Bool, freedBytes: Int) {
        spooling.keeping = 0
        // What was appended meanwhile is not appended again.
        var freedBytes = 0
        while let block = queue.first, block.last <= appended { freedBytes += queue.removeFirst() }
        let (wait, isNew) = spooling.failed(random: random)
        return (wait, isNew, freedBytes)
    }

    /// The answer to ``Action/readSpool(through:)``.
    package mutating func spoolWasRead(_ entries: [SpooledEntry], status: SpoolStatus) {
        spooling.wasRead(entries, status)
    }
}
