package import VenusCallLog
package import VenusCore
package import VenusStore

/// How much of each producer is counted: what makes every call count once, and every loss seen.
///
/// A producer's entries arrive in order. Sequence numbers at or below its mark are duplicates; a gap above it is a
/// loss. What a heartbeat says to have been given out may still come while calls wait at the proxy; where none do, or
/// it is the `end`, what is missing will not.
package struct ProducerLedger: Sendable {
    /// A producer that was silent for this long is forgotten; its calls would be refused for their age.
    static let memory: Int64 = 8 * 86_400 * 1_000
    /// Milliseconds after which what a proxy says is written again, though it is the same.
    static let repetition: Int64 = 3_600 * 1_000

    private let shard: Int
    private var marks: [String: ProducerMark] = [:]
    private var changed: Set<String> = []
    private var losses: [Loss] = []
    /// What proxies said of themselves, as far as this owner of the shard has heard.
    private var proxies: [String: ProxyState] = [:]
    private var changedProxies: Set<String> = []
    private var clocks: [String: ProducerClock] = [:]

    package init(shard: Int, marks: [ProducerMark] = []) {
        self.shard = shard
        for mark in marks { self.marks[mark.producer.id] = mark }
    }

    /// The producers that have not ended and were heard of at or after `since` (milliseconds), newest first.
    package func live(since: Int64) -> [ProducerMark] {
        marks.values.filter { !$0.hasEnded && $0.lastSeen >= since }
            .sorted { ($1.lastSeen, $0.producer.id) < ($0.lastSeen, $1.producer.id) }
    }

    /// What producers that were heard of at or after `since` (milliseconds) announce, ended ones too: a service is not
    /// another's dependency because it is being restarted. Each address once, with the producer that began last; at
    /// most `limit`, sorted.
    package func announcements(since: Int64, limit: Int) -> [Announcement] {
        var byAddress: [SeriesKey: Announcement] = [:]
        for mark in marks.values where mark.lastSeen >= since && !mark.announced.isEmpty {
            for address in mark.announced {
                let found = Announcement(
                    environment: mark.producer.environment, address: address, service: mark.producer.service,
                    since: mark.announcedSince)
                let key = SeriesKey.dependency(address, environment: found.environment)
                if let other = byAddress[key], (other.since, other.service) >= (found.since, found.service) { continue }
                byAddress[key] = found
            }
        }
        return byAddress.sorted { $0.key < $1.key }.prefix(limit).map(\.value)
    }

    package func isKnown(_ producer: String) -> Bool { marks[producer] != nil }

    /// Notes a block, and returns how many of its first calls are counted already: all of them in a duplicate.
    package mutating func noteBlock(_ header: BlockHeader, appendedAt: Int64, now: Int64) -> Int {
        var mark = self.mark(of: header.producer)
        mark.lastSeen = max(mark.lastSeen, appendedAt)
        let next = header.first + UInt64(header.count)
        var known = 0
        if next <= mark.highest + 1 {
            known = header.count
        } else {
            if header.first <= mark.highest {
                known = Int(mark.highest + 1 - header.first)
            } else if header.first > mark.highest + 1 {
                lose(of: header.producer, from: mark.highest + 1, count: header.first - mark.highest - 1, now: now)
            }
            mark.highest = next - 1
        }
        keep(mark)
        return known
    }

    package mutating func note(_ heartbeat: Heartbeat, appendedAt: Int64, now: Int64) {
        var mark = self.mark(of: heartbeat.producer)
        mark.lastSeen = max(mark.lastSeen, appendedAt)
        mark.callsInFlight = heartbeat.callsInFlight
        mark.callsQueued = heartbeat.callsQueued
        mark.callsDropped = heartbeat.callsDropped
        mark.version = heartbeat.version
        noteReport(of: heartbeat, appendedAt: appendedAt)
        if !heartbeat.isUnclean {
            mark.announced = heartbeat.report.announced
            if mark.announcedSince == 0, !mark.announced.isEmpty {
                mark.announcedSince = heartbeat.report.startedAt ?? appendedAt
            }
            if let sentAt = heartbeat.sentAt {
                mark.clockSkew = clocks[heartbeat.producer.id, default: ProducerClock()].note(
                    sentAt: sentAt, appendedAt: appendedAt)
            }
        }
        if heartbeat.isEnd { mark.hasEnded = true }
        let nothingWaits = heartbeat.callsQueued == 0 && heartbeat.callsSpooled == 0
        if heartbeat.isEnd || nothingWaits, heartbeat.next > mark.highest + 1 {
            lose(of: heartbeat.producer, from: mark.highest + 1, count: heartbeat.next - mark.highest - 1, now: now)
            mark.highest = heartbeat.next - 1
        }
        keep(mark)
    }

    /// Counts calls as lost that arrived and were refused.
    package mutating func lose(of producer: Producer, from first: UInt64, count: UInt64, now: Int64) {
        losses.append(
            Loss(
                producer: producer.id, environment: producer.environment, service: producer.service, first: first,
                count: count, at: now))
    }

    /// What changed since the last time.
    package struct Changes: Sendable {
        package var marks: [ProducerMark]
        /// Every proxy's producer is among the marks.
        package var proxies: [ProxyState]
        package var losses: [Loss]
    }

    package var hasChanges: Bool { !changed.isEmpty || !losses.isEmpty }

    /// What changed since the last time, for one commit.
    package mutating func takeChanges(now: Int64) -> Changes {
        let result = Changes(
            marks: changed.sorted().compactMap { marks[$0] },
            proxies: changedProxies.sorted().compactMap { proxies[$0] }, losses: losses)
        changed.removeAll(keepingCapacity: true)
        changedProxies.removeAll(keepingCapacity: true)
        losses.removeAll()
        let oldest = now - Self.memory
        if marks.contains(where: { $0.value.lastSeen < oldest }) {
            marks = marks.filter { $0.value.lastSeen >= oldest }
            proxies = proxies.filter { marks[$0.key] != nil }
            clocks = clocks.filter { marks[$0.key] != nil }
        }
        return result
    }

    /// A heartbeat every few seconds mostly says what the one before it said: that is written once an hour, so that who
    /// lives is among the newest.
    private mutating func noteReport(of heartbeat: Heartbeat, appendedAt: Int64) {
        let id = heartbeat.producer.id
        var state = ProxyState(
            producer: id, shard: shard, saidAt: appendedAt, callsSpooled: heartbeat.callsSpooled,
            hasEndedUncleanly: heartbeat.isEnd && heartbeat.isUnclean, report: heartbeat.report)
        if heartbeat.isUnclean {
            // Whoever says so knows nothing of the rest.
            state.report = proxies[id]?.report ?? state.report
        }
        if let known = proxies[id], known.says(state), appendedAt < known.saidAt + Self.repetition { return }
        proxies[id] = state
        changedProxies.insert(id)
    }

    private func mark(of producer: Producer) -> ProducerMark {
        marks[producer.id] ?? ProducerMark(producer: producer, shard: shard, highest: 0, lastSeen: 0)
    }

    private mutating func keep(_ mark: ProducerMark) {
        marks[mark.producer.id] = mark
        changed.insert(mark.producer.id)
    }
}
