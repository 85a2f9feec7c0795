package import VenusCallLog
package import VenusCore

/// What a ``CallShipper`` does next: it decides, and the shipper performs it. Time and chance are inputs.
///
/// Two hands work at once: one appends to the log (``next(callsInFlight:)``), the other moves blocks from the queue
/// to the spool on disk (``nextToKeep(isRoomScarce:)``). What is on disk is always older than what is in the queue,
/// so that the log gets everything in order; what both hands held at once is known by its sequence numbers.
package struct ShipperStateMachine: Sendable {
    package enum Action: Sendable, Hashable {
        /// Nothing to append now.
        case wait
        case append(QueuedBlock)
        case appendSpooled(SpooledEntry)
        /// Take what is appended out of the spool, and read what follows: ``spoolWasRead(_:status:)``.
        case readSpool(through: UInt64)
        case appendHeartbeat(Heartbeat)
        /// Everything is appended, or will not be: the work is over.
        case stop
    }

    /// What to say about a log that comes and goes; the times are those given.
    package enum Notice: Sendable, Hashable {
        case away
        case back
    }

    enum State {
        /// Blocks and heartbeats go out.
        case shipping
        /// No more blocks come; those that wait go out, then `end`.
        case finishing
        /// The producer's `end` is appended.
        case ended
        /// Given up before the `end`: a later start closes the producer.
        case abandoned
    }

    private let producer: Producer
    private let version: String
    private(set) var state = State.shipping
    private var backoff: Backoff
    private var isHeartbeatDue = true
    var isAway = false
    /// Appends that have ended, well or not.
    package private(set) var appends: UInt64 = 0
    /// Sequence number of the last call that the log holds.
    var appended: UInt64 = 0
    package internal(set) var queue: BlockQueue
    var spooling: Spooling

    /// - Parameter hasSpool: whether blocks can be moved to disk.
    package init(producer: Producer, configuration: CallShipperConfiguration, hasSpool: Bool = false) {
        self.producer = producer
        version = configuration.version
        backoff = Backoff(first: configuration.firstRetryDelay, longest: configuration.longestRetryDelay)
        queue = BlockQueue(
            maximumCalls: configuration.maximumQueuedCalls, maximumBytes: configuration.maximumQueuedBytes)
        spooling = Spooling(isPossible: hasSpool, maximumQueuedBytes: configuration.maximumQueuedBytes)
    }

    /// Whether the producer's `end` is in the log.
    package var hasEnded: Bool { state == .ended }

    /// Whether there is nothing more to do.
    package var isOver: Bool { state == .ended || state == .abandoned }

    /// Calls that wait, in memory and on disk.
    package var callsQueued: Int { queue.calls + spooling.calls }

    /// Calls that could not be kept.
    package var callsDropped: UInt64 { queue.dropped + spooling.dropped }

    /// A block from a loop. After the end it is numbered and dropped, so that it is counted.
    ///
    /// - Parameter isRoom: whether there is room beside the queue's own bounds.
    /// - Returns: whether it waits now; otherwise its calls are numbered and lost.
    @discardableResult
    package mutating func offer(_ block: consuming QueuedBlock, isRoom: Bool = true) -> Bool {
        queue.offer(block, isRoom: isRoom)
    }

    package mutating func heartbeatIsDue() { isHeartbeatDue = true }

    package mutating func finish() {
        switch state {
        case .shipping: state = .finishing
        case .finishing, .ended, .abandoned: break
        }
    }

    /// No more time: what waits stays behind.
    package mutating func abandon() {
        switch state {
        case .shipping, .finishing: state = .abandoned
        case .ended, .abandoned: break
        }
    }

    /// The next thing to append; asked again only after ``succeeded(_:)``, ``failed(random:)`` or, for the spool,
    /// ``spoolWasRead(_:status:)``.
    package mutating func next(callsInFlight: Int) -> Action {
        switch state {
        case .ended, .abandoned: return .stop
        case .shipping, .finishing: break
        }
        // Also one that finishes at once has said that it was there.
        if isHeartbeatDue { return .appendHeartbeat(heartbeat(callsInFlight, isEnd: false)) }
        if let entry = spooling.nextEntry { return .appendSpooled(entry) }
        if spooling.isInUse { return .readSpool(through: appended) }
        // Those on their way to disk go out from there.
        if spooling.keeping > 0 { return .wait }
        if let block = queue.first { return .append(block) }
        return state == .finishing ? .appendHeartbeat(heartbeat(callsInFlight, isEnd: true)) : .wait
    }

    /// The log holds what ``next(callsInFlight:)`` gave.
    ///
    /// - Returns: what to say, and how many bytes there are room for again.
    package mutating func succeeded(_ action: Action) -> (notice: Notice?, freedBytes: Int) {
        var freedBytes = 0
        switch action {
        case .append(let block):
            appended = block.last
            // It may be on its way to disk, or there already.
            if spooling.keeping == 0, queue.first?.first == block.first { freedBytes = queue.removeFirst() }
        case .appendSpooled(let entry):
            appended = entry.last
            spooling.entryWasAppended(entry)
        case .appendHeartbeat(let heartbeat):
            isHeartbeatDue = false
            if heartbeat.isEnd, state == .finishing { state = .ended }
        case .wait, .readSpool, .stop: preconditionFailure("waiting, reading and stopping append nothing")
        }
        backoff.succeeded()
        appends += 1
        spooling.isStalled = false
        defer { isAway = false }
        return (isAway ? .back : nil, freedBytes)
    }

    /// The append failed: try again after the wait.
    package mutating func failed(random: Double) -> (wait: Duration, notice: Notice?) {
        appends += 1
        spooling.isStalled = false
        defer { isAway = true }
        return (backoff.failed(random: random), isAway ? nil : .away)
    }

    /// `next` is the number that the log's reader sees next: the calls that still wait here are not yet given to it, so
    /// that whatever is missing below was lost.
    private func heartbeat(_ callsInFlight: Int, isEnd: Bool) -> Heartbeat {
        let next = spooling.isInUse ? appended + 1 : max(queue.nextToAppend, appended + 1)
        return Heartbeat(
            producer: producer, next: next, callsInFlight: callsInFlight, callsQueued: queue.calls,
            callsDropped: callsDropped, version: version, isEnd: isEnd, callsSpooled: spooling.calls)
    }
}
