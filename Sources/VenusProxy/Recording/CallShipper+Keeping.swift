import Logging
import Synchronization
import VenusCallLog
import VenusCore

/// The hand that moves blocks to the spool, and the reading of what is there.
extension CallShipper {
    /// Moves to disk what should not wait in memory, until the task is cancelled.
    func keep() async {
        guard let spool else { return }
        while !Task.isCancelled {
            switch machine.withLock({ $0.nextToKeep(isRoomScarce: room?.isScarce ?? false) }) {
            case .stop: return
            case .wait: await keeperWakeup.wait()
            case .keep(let blocks):
                if let wait = await keep(blocks, in: spool) { try? await clock.sleep(for: wait) }
            }
        }
    }

    /// Moves to disk all that is left, once no more is appended.
    func keepTheRest() async {
        guard let spool else { return }
        while case .keep(let blocks) = machine.withLock({ $0.restToKeep() }) {
            guard await keep(blocks, in: spool) == nil else { return }
        }
    }

    /// - Returns: how long to wait before the next try; `nil` once the blocks are on disk.
    private func keep(_ blocks: [QueuedBlock], in spool: Spool) async -> Duration? {
        // Whoever appends may wait for this.
        defer { wakeup.wake() }
        do {
            let entries = blocks.map { SpooledEntry(first: $0.first, count: $0.count, fields: entry($0)) }
            let status = try await spool.keep(entries, of: producer.id)
            let freedBytes = machine.withLock { $0.kept(status) }
            room?.giveBack(freedBytes)
            return nil
        } catch {
            let random = random()
            let failure = machine.withLock { $0.keepingFailed(random: random) }
            room?.giveBack(failure.freedBytes)
            if failure.isNew {
                logger.warning(
                    "the spool cannot be written; calls wait in memory as long as there is room",
                    metadata: ["reason": "\(error)"])
            }
            return failure.wait
        }
    }

    /// Takes out what is appended, and reads what follows.
    func readSpool(through last: UInt64) async {
        guard let spool else { preconditionFailure("without a spool nothing is kept in it") }
        do {
            let (entries, status) = try await spool.advance(of: producer.id, through: last)
            machine.withLock { $0.spoolWasRead(entries, status: status) }
        } catch {
            logger.warning("the spool cannot be read; trying again", metadata: ["reason": "\(error)"])
            try? await clock.sleep(for: configuration.longestRetryDelay)
        }
    }

    /// Has what waits go to disk where an append takes long, until the task is cancelled. Looks twice in that time, and
    /// sleeps on while blocks come and go: a task or a timer for each would wake three threads and cost more than the
    /// append.
    func watchAppends() async {
        guard spool != nil else { return }
        while !Task.isCancelled {
            await shippingWakeup.wait()
            var (appends, unchanged) = (machine.withLock { $0.appends }, 0)
            repeat {
                guard (try? await clock.sleep(for: configuration.appendPatience / 2)) != nil else { return }
                let before = appends
                appends = machine.withLock { $0.appends }
                unchanged = appends == before ? unchanged + 1 : 0
                guard unchanged >= 2 else { continue }
                machine.withLock { $0.appendTakesLong() }
                keeperWakeup.wake()
            } while isShipping.load(ordering: .relaxed)
        }
    }
}
