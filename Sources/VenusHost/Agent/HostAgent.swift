package import VenusCore

/// Reads this machine and sends what it reads, until it is told to stop.
package actor HostAgent {
    /// What becomes of the sending, told when it changes.
    package enum Event: Sendable, Equatable {
        case reaches
        case failed(String)
        /// A minute was left out for good.
        case dropped(String)
        /// Minutes cannot be written, and wait in memory.
        case cannotKeep
    }

    package struct Identity: Sendable {
        package var environment: String
        package var version: String

        package init(environment: String, version: String) {
            self.environment = environment
            self.version = version
        }
    }

    private enum Signal: Sendable {
        case time
        case outcome(PublishOutcome, [ReadingsBatch.Item])
        case watched(HostWatchers)
        case stop
    }

    /// Minutes in one request, unless the server finds them too many.
    private static let readingsAtOnce = 30

    private let identity: Identity
    private let timing: AgentTiming
    private let destination: any ReadingsDestination
    private let tell: @Sendable (Event) -> Void
    private let now: @Sendable () -> Int64
    private let wait: @Sendable (Int64) async -> Void
    private let rest: @Sendable () -> Void
    private let signals: AsyncStream<Signal>
    private let signal: AsyncStream<Signal>.Continuation

    private var reader: HostReader
    private let spool: ReadingSpool
    private var open: OpenMinute
    private var latest: HostReading?
    private var machine: AgentStateMachine
    private var limit = HostAgent.readingsAtOnce
    /// Whole intervals of reading since the epoch, when processes were looked at first, and last.
    private var firstTurn: Int64?
    private var lastTurn: Int64 = 0
    private var known: Event?
    private var failuresOfSpool: UInt64 = 0
    /// At the last reading.
    private var couldNotKeep = false

    /// - Parameters:
    ///   - spool: is only used by the agent from now on.
    ///   - open: of the spool.
    ///   - now: milliseconds since the epoch.
    ///   - wait: returns at that time of ``now``, or when its task is cancelled; by default it sleeps.
    ///   - rest: called when there is nothing to do for a while: at the start, after the first reading, and after whatever
    ///     was sent or heard; by one thread or another. Not after each reading: the next one needs what it needed.
    package init(
        identity: Identity, timing: AgentTiming, reader: consuming HostReader, spool: sending ReadingSpool,
        open: HostReading?, destination: any ReadingsDestination, now: @escaping @Sendable () -> Int64,
        wait: (@Sendable (Int64) async -> Void)? = nil, rest: @escaping @Sendable () -> Void = {},
        tell: @escaping @Sendable (Event) -> Void
    ) {
        self.identity = identity
        self.timing = timing
        self.reader = reader
        self.spool = spool
        self.open = OpenMinute(open)
        self.destination = destination
        self.now = now
        self.wait = wait ?? { try? await Task.sleep(for: .milliseconds(max(1, $0 - now()))) }
        self.rest = rest
        self.tell = tell
        (signals, signal) = AsyncStream.makeStream()
        machine = AgentStateMachine(timing: timing, now: now(), chance: .random(in: 0...1))
    }

    /// Ends ``run()`` once what there is has been sent, or could not be.
    package nonisolated func stop() { signal.yield(.stop) }

    package func run() async {
        if let over = open.take(before: now()) { spool.append(over) }
        signal.yield(.time)
        let watchers = followWatchers()
        defer { watchers.cancel() }
        var timer: Task<Void, Never>?
        defer { timer?.cancel() }
        var isRested = false
        for await event in signals {
            switch event {
            case .time: break
            case .outcome(let outcome, let items):
                settle(outcome, items)
                isRested = false
            case .watched(let by): machine.watched(for: by.watchedFor, every: by.publish, now: now())
            case .stop: stopReading()
            }
            timer?.cancel()
            guard let until = act() else { return }
            if !isRested { rest() }
            isRested = latest != nil
            timer = Task { [signal, wait] in
                await wait(until)
                if !Task.isCancelled { signal.yield(.time) }
            }
        }
    }

    /// Hears of those who come to look in between.
    private nonisolated func followWatchers() -> Task<Void, Never> {
        Task { [destination, signal, rest] in
            while !Task.isCancelled {
                let wait: Int64
                switch await destination.watchers() {
                case .told(let by):
                    if by.watchedFor > 0 { signal.yield(.watched(by)) }
                    // While somebody watches, receipts say how long.
                    wait = max(by.watchedFor, by.askAgain)
                case .failed(let retryAfter): wait = retryAfter
                case .never: return
                }
                rest()
                try? await Task.sleep(for: .milliseconds(max(Self.leastWait, min(wait, 3_600_000))))
            }
        }
    }

    /// Milliseconds between two questions for watchers, whatever the answer.
    private static let leastWait: Int64 = 100

    /// Does what is to be done now.
    ///
    /// - Returns: when there is more to do; `nil` at the end.
    private func act() -> Int64? {
        while true {
            let now = now()
            switch machine.next(now: now) {
            case .read: read(now)
            case .publish: publish()
            case .wait(let until): return until
            case .end: return nil
            }
        }
    }

    private func read(_ now: Int64) {
        guard let reading = reader.read(processes: processShare(now)) else { return }
        latest = reading
        for minute in open.add(reading) { spool.append(minute) }
        spool.keep(open.reading)
        let cannotKeep = spool.failures > failuresOfSpool
        if cannotKeep, !couldNotKeep { tell(.cannotKeep) }
        (couldNotKeep, failuresOfSpool) = (cannotKeep, spool.failures)
    }

    /// Each process is looked at once a minute, some of them with each reading; not with those that a watcher has made
    /// more. All of them the first time, so that what they use is known a minute later.
    private func processShare(_ now: Int64) -> ProcessShare? {
        let turn = now / timing.read
        guard turn != lastTurn else { return nil }
        lastTurn = turn
        guard let firstTurn else {
            firstTurn = turn
            return .all
        }
        let count = min(max(60_000 / timing.read, 1), 60)
        let place = (turn - firstTurn - 1) % count
        // Where the clock was set back it is negative.
        return ProcessShare(Int(place < 0 ? place + count : place), of: Int(count))
    }

    private func stopReading() {
        if let reading = reader.read(processes: nil) {
            latest = reading
            for minute in open.add(reading) { spool.append(minute) }
        }
        if let rest = open.take() { spool.append(rest) }
        machine.stop()
    }

    private func publish() {
        let (producer, items) = spool.oldest(limit)
        let batch = ReadingsBatch(
            producer: producer, agentVersion: identity.version, environment: identity.environment,
            publishEvery: timing.publish, dropped: producer == spool.producer ? spool.dropped : 0, readings: items,
            latest: latest)
        Task { [destination, signal] in signal.yield(.outcome(await destination.publish(batch), items)) }
    }

    private func settle(_ outcome: PublishOutcome, _ items: [ReadingsBatch.Item]) {
        let (now, chance) = (now(), Double.random(in: 0...1))
        switch outcome {
        case .settled(let receipt):
            spool.settle(items)
            limit = Self.readingsAtOnce
            note(.reaches)
            if receipt.refused > 0 { tell(.dropped("its time cannot be; is the clock of this machine right?")) }
            machine.published(
                .settled(watchedFor: receipt.watchedFor, every: receipt.publish, hasMore: spool.count > 0), now: now,
                chance: chance)
        case .nothing:
            machine.published(
                .settled(watchedFor: 0, every: timing.publish, hasMore: spool.count > items.count), now: now,
                chance: chance)
        case .failed(let why):
            note(.failed(why))
            machine.published(.failed, now: now, chance: chance)
        case .refused(let why):
            // One of them is at fault: which, is found by sending fewer.
            if items.count > 1 {
                limit = items.count / 2
            } else if let item = items.first {
                spool.drop(item.sequence)
                limit = Self.readingsAtOnce
                tell(.dropped(why))
            }
            note(.failed(why))
            machine.published(.failed, now: now, chance: chance)
        }
    }

    private func note(_ event: Event) {
        guard event != known else { return }
        known = event
        tell(event)
    }
}
