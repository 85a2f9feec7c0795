/// The messages on their way to one endpoint, in order: of one fault at most one is sent at a time, so that a
/// resolution never overtakes what it resolves. Bound: ``maximumMessages``.
public struct EndpointOutbox: Sendable, Hashable, Codable {
    /// Messages that wait or are being sent, at most.
    public static let maximumMessages = 10_000
    /// Most attempts under way at a time.
    public static let maximumSending = 4

    /// A message that is not yet delivered or given up.
    public struct Message: Sendable, Hashable, Codable {
        public var id: String
        /// Of one fault one message is sent at a time.
        public var fault: String
        /// Seconds since the epoch: when it came.
        public var since: Int64
        public var delivery: DeliveryStateMachine

        public init(id: String, fault: String, since: Int64, delivery: DeliveryStateMachine) {
            self.id = id
            self.fault = fault
            self.since = since
            self.delivery = delivery
        }
    }

    /// Whether messages go to the endpoint.
    public enum Standing: Sendable, Hashable, Codable {
        case enabled
        /// Nothing is sent until somebody enables it again.
        case disabled(DeliveryStateMachine.Failure, at: Int64)
    }

    /// What became of a message that was to be taken.
    public enum Enqueued: Sendable, Hashable {
        case queued
        /// It is there already.
        case known
        /// The endpoint takes no messages.
        case disabled
        /// ``maximumMessages`` are waiting. The message is lost, and is to be counted as that.
        case full
    }

    /// What came of an attempt.
    public enum Outcome: Sendable, Hashable {
        case delivered
        case retry(due: Int64)
        /// The message is given up.
        case failed(DeliveryStateMachine.Failure)
        /// The endpoint is disabled, and with this one all messages that waited are given up.
        case disabled(DeliveryStateMachine.Failure, lost: [String])
    }

    public private(set) var standing = Standing.enabled
    /// The oldest first.
    public private(set) var messages: [Message] = []
    /// Nothing is sent before (seconds since the epoch): the receiver has asked for it.
    public private(set) var pausedUntil: Int64?
    private var lastDelivery: Int64?

    public init() {}

    /// Goes on where an endpoint was left.
    public init(pausedUntil: Int64?, lastDelivery: Int64?) {
        self.pausedUntil = pausedUntil
        self.lastDelivery = lastDelivery
    }

    /// Takes a message as it was stored, behind those that are there.
    public mutating func resume(_ message: Message) -> Enqueued {
        let enqueued = enqueue(id: message.id, fault: message.fault, at: message.since)
        if enqueued == .queued { messages[messages.count - 1].delivery = message.delivery }
        return enqueued
    }

    /// Takes a new message, behind those that are there; its first attempt is due at once.
    ///
    /// - Parameter now: seconds since the epoch.
    public mutating func enqueue(id: String, fault: String, at now: Int64) -> Enqueued {
        guard standing == .enabled else { return .disabled }
        guard !messages.contains(where: { $0.id == id }) else { return .known }
        guard messages.count < Self.maximumMessages else { return .full }
        messages.append(Message(id: id, fault: fault, since: now, delivery: DeliveryStateMachine(at: now)))
        return .queued
    }

    /// Begins the attempts that are due.
    ///
    /// - Returns: the ids of the messages to send now.
    public mutating func begin(at now: Int64) -> [String] {
        guard standing == .enabled, now >= pausedUntil ?? .min else { return [] }
        var sending = messages.count { if case .sending = $0.delivery.state { true } else { false } }
        var faults: Set<String> = []
        var begun: [String] = []
        for place in messages.indices {
            guard sending < Self.maximumSending else { break }
            guard faults.insert(messages[place].fault).inserted, messages[place].delivery.begin(at: now) else {
                continue
            }
            sending += 1
            begun.append(messages[place].id)
        }
        return begun
    }

    /// When ``begin(at:)`` is to be called next; `nil` while there is nothing to wait for but attempts under way.
    public var due: Int64? {
        guard standing == .enabled else { return nil }
        var faults: Set<String> = []
        let first = messages.lazy.filter { faults.insert($0.fault).inserted }.compactMap(\.delivery.due).min()
        return first.map { max($0, pausedUntil ?? .min) }
    }

    /// Ends an attempt; `nil` where there was none.
    ///
    /// - Parameters: see ``DeliveryStateMachine/end(_:refusals:chance:at:)``.
    public mutating func end(
        id: String, _ result: DeliveryResult, refusals: Set<Int> = [], chance: Double, at now: Int64
    ) -> Outcome? {
        guard let place = messages.firstIndex(where: { $0.id == id }),
            let action = messages[place].delivery.end(result, refusals: refusals, chance: chance, at: now)
        else { return nil }
        switch action {
        case .delivered:
            messages.remove(at: place)
            lastDelivery = now
            pausedUntil = nil
            return .delivered
        case .retry(let due, let pause):
            if let pause { pausedUntil = max(pause, pausedUntil ?? .min) }
            return .retry(due: due)
        case .giveUp(let failure):
            let message = messages.remove(at: place)
            switch failure {
            case .gone: return disable(failure, now)
            // All attempts of days failed, and nothing else got through in that time: nobody is there.
            case .exhausted where lastDelivery ?? .min < message.since: return disable(failure, now)
            case .exhausted, .refused, .disabled: return .failed(failure)
            }
        }
    }

    /// After a restart.
    public mutating func recover(at now: Int64) {
        for place in messages.indices { messages[place].delivery.recover(at: now) }
    }

    /// Somebody wants messages to be sent there again.
    public mutating func enable() {
        standing = .enabled
        pausedUntil = nil
    }

    private mutating func disable(_ failure: DeliveryStateMachine.Failure, _ now: Int64) -> Outcome {
        standing = .disabled(failure, at: now)
        let lost = messages.map(\.id)
        messages = []
        return .disabled(failure, lost: lost)
    }
}
