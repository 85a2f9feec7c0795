import CLinux
import Logging
import Synchronization
import VenusCallLog
import VenusCore

extension CallShipper {
    private enum Part {
        case over
        case aside
    }

    /// Ships until ``finish(within:)``, or until its task is cancelled: then what waits stays in the queue, and
    /// `finish` takes up the work again.
    public func run() async {
        guard
            isRunning.withLock({ isRunning in
                defer { isRunning = true }
                return !isRunning
            })
        else { return }
        await withTaskGroup(of: Part.self) { group in
            group.addTask(executorPreference: callLog.executor) {
                await self.ship()
                return .over
            }
            group.addTask {
                await self.abandoned.wait()
                return .over
            }
            group.addTask {
                await self.keep()
                return .aside
            }
            group.addTask {
                await self.watchAppends()
                return .aside
            }
            group.addTask {
                await self.beat()
                return .aside
            }
            group.addTask {
                await self.closeLeftProducers()
                return .aside
            }
            for await part in group {
                guard case .over = part else { continue }
                group.cancelAll()
            }
        }
        isRunning.withLock { $0 = false }
        if machine.withLock({ $0.isOver }) { over.open() } else { over.wake() }
    }

    /// Appends what waits, then the producer's `end`. After the time it gives up: what waits goes to disk, and a
    /// later start in the same state directory appends it and the `end`; what cannot be kept shows as lost. Call it
    /// when every recorder is flushed.
    public func finish(within limit: Duration) async {
        machine.withLock { $0.finish() }
        wakeup.wake()
        await withTaskGroup(of: Part.self) { group in
            group.addTask {
                await self.runToTheEnd()
                return .over
            }
            group.addTask {
                try? await self.clock.sleep(for: limit)
                return .aside
            }
            if case .aside = await group.next() {
                machine.withLock { $0.abandon() }
                abandoned.open()
                _ = await group.next()
            }
            group.cancelAll()
        }
        if machine.withLock({ $0.hasEnded }) {
            if spool?.exists == true { try? await spool?.forget(producer.id) }
            return removeFile()
        }
        await keepTheRest()
        let lost = machine.withLock { $0.queue.calls }
        logger.warning(
            "gave up on the call log at the end",
            metadata: [
                "calls_kept": "\(callsQueued - lost)", "calls_lost": "\(lost)", "calls_dropped": "\(callsDropped)",
            ])
    }

    /// Waits for ``run()`` to end, wherever it runs, or runs it here.
    private func runToTheEnd() async {
        while !machine.withLock({ $0.isOver }) {
            if isRunning.withLock({ $0 }) { await over.wait() } else { await run() }
        }
    }

    private func ship() async {
        var log = ShippingLog(logger: logger)
        defer { isShipping.store(false, ordering: .relaxed) }
        while !Task.isCancelled {
            let inFlight = callsInFlight
            let action = machine.withLock { $0.next(callsInFlight: inFlight) }
            if case .wait = action {
                isShipping.store(false, ordering: .relaxed)
            } else if !isShipping.exchange(true, ordering: .relaxed) {
                shippingWakeup.wake()
            }
            switch action {
            case .stop: return
            case .wait: await wakeup.wait()
            case .append(let block): await append(action, entry(block), &log)
            case .appendSpooled(let spooled): await append(action, spooled.fields, &log)
            case .readSpool(let last): await readSpool(through: last)
            case .appendHeartbeat(let heartbeat):
                log.beat(callsDropped: heartbeat.callsDropped)
                var said = heartbeat
                said.report = report
                said.sentAt = clinux_wall_microseconds() / 1_000
                await append(action, BlockEncoder.entry(said), &log)
            }
        }
    }

    /// Tries once; after a failure it waits.
    private func append(
        _ action: ShipperStateMachine.Action, _ entry: [EntryField], _ log: inout ShippingLog
    ) async {
        do {
            try await callLog.append(entry, to: shard)
            let (notice, freedBytes) = machine.withLock { $0.succeeded(action) }
            room?.giveBack(freedBytes)
            if notice == .back { log.back(callsQueued: callsQueued, callsDropped: callsDropped) }
        } catch {
            if Task.isCancelled { return }
            let random = random()
            let failure = machine.withLock { $0.failed(random: random) }
            if failure.notice == .away { log.away(error, callsQueued: callsQueued) }
            keeperWakeup.wake()
            try? await clock.sleep(for: failure.wait)
        }
    }

    func entry(_ block: QueuedBlock) -> [EntryField] {
        BlockEncoder.entry(
            BlockHeader(producer: producer, first: block.first, count: block.count, t0: block.t0),
            operations: block.operations, calls: block.calls)
    }

    private func beat() async {
        while (try? await clock.sleep(for: configuration.heartbeatInterval)) != nil {
            machine.withLock { $0.heartbeatIsDue() }
            wakeup.wake()
        }
    }

    /// At the start, as soon as the log takes it, and now and then.
    private func closeLeftProducers() async {
        guard configuration.closesLeftProducers, let directory = configuration.stateDirectory else { return }
        var backoff = Backoff(first: configuration.firstRetryDelay, longest: configuration.longestRetryDelay)
        while !Task.isCancelled {
            do {
                for left in try await LeftProducers(directory: directory, spool: spool).close(in: callLog) {
                    logger.notice(
                        "closed a producer that had been killed",
                        metadata: [
                            "producer": "\(left.producer.id)", "service": "\(left.producer.service)",
                            "calls": "\(left.recorded)",
                        ])
                }
                backoff.succeeded()
                try? await clock.sleep(for: configuration.leftProducersInterval)
            } catch { try? await clock.sleep(for: backoff.failed(random: random())) }
        }
    }
}
