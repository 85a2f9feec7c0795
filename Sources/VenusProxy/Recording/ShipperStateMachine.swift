import VenusCallLog
package import VenusCore

/// What a ``CallShipper`` does next: it decides, and the shipper performs it. Time and chance are inputs.
package struct ShipperStateMachine: Sendable {
    package enum Action: Sendable, Hashable {
        /// Nothing to append now.
        case wait
        case append(QueuedBlock)
        case appendHeartbeat(Heartbeat)
        /// Everything is appended, or will not be: the work is over.
        case stop
    }

    /// What to say about a log that comes and goes; the times are those given.
    package enum Notice: Sendable, Hashable {
        case away
        case back
    }

    private enum State {
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
    private var state = State.shipping
    private var backoff: Backoff
    private var isHeartbeatDue = true
    private var isAway = false
    package private(set) var queue: BlockQueue

    package init(producer: Producer, configuration: CallShipperConfiguration) {
        self.producer = producer
        version = configuration.version
        backoff = Backoff(first: configuration.firstRetryDelay, longest: configuration.longestRetryDelay)
        queue = BlockQueue(
            maximumCalls: configuration.maximumQueuedCalls, maximumBytes: configuration.maximumQueuedBytes)
    }

    /// Whether the producer's `end` is in the log.
    package var hasEnded: Bool { state == .ended }

    /// Whether there is nothing more to do.
    package var isOver: Bool { state == .ended || state == .abandoned }

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

    /// The next thing to append; asked again only after ``succeeded(_:)`` or ``failed(random:)``.
    package mutating func next(callsInFlight: Int) -> Action {
        switch state {
        case .ended, .abandoned: return .stop
        case .shipping, .finishing: break
        }
        // Also one that finishes at once has said that it was there.
        if isHeartbeatDue { return .appendHeartbeat(heartbeat(callsInFlight, isEnd: false)) }
        if let block = queue.first { return .append(block) }
        return state == .finishing ? .appendHeartbeat(heartbeat(callsInFlight, isEnd: true)) : .wait
    }

    /// The log holds what ``next(callsInFlight:)`` gave.
    package mutating func succeeded(_ action: Action) -> Notice? {
        switch action {
        case .append: queue.removeFirst()
        case .appendHeartbeat(let heartbeat):
            isHeartbeatDue = false
            if heartbeat.isEnd, state == .finishing { state = .ended }
        case .wait, .stop: preconditionFailure("waiting and stopping append nothing")
        }
        backoff.succeeded()
        defer { isAway = false }
        return isAway ? .back : nil
    }

    /// The append failed: try again after the wait.
    package mutating func failed(random: Double) -> (wait: Duration, notice: Notice?) {
        defer { isAway = true }
        return (backoff.failed(random: random), isAway ? nil : .away)
    }

    /// `next` is the number that the log's reader sees next: the calls that still wait here are not yet given to it, so
    /// that whatever is missing below was lost.
    private func heartbeat(_ callsInFlight: Int, isEnd: Bool) -> Heartbeat {
        Heartbeat(
            producer: producer, next: queue.nextToAppend, callsInFlight: callsInFlight, callsQueued: queue.calls,
            callsDropped: queue.dropped, version: version, isEnd: isEnd)
    }
}
