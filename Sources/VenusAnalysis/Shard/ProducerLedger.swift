package import VenusCallLog
package import VenusCore
package import VenusStore

/// How much of each producer is counted: what makes every call count once, and every loss seen.
///
/// A producer's entries arrive in order. Sequence numbers at or below its mark are duplicates; a gap above it is a
/// loss. What a heartbeat says to have been given out may still come; what an `end` says will not.
package struct ProducerLedger: Sendable {
    /// A producer that was silent for this long is forgotten; its calls would be refused for their age.
    static let memory: Int64 = 8 * 86_400 * 1_000

    private let shard: Int
    private var marks: [String: ProducerMark] = [:]
    private var changed: Set<String> = []
    private var losses: [Loss] = []

    package init(shard: Int, marks: [ProducerMark] = []) {
        self.shard = shard
        for mark in marks { self.marks[mark.producer.id] = mark }
    }

    /// The producers that have not ended and were heard of at or after `since` (milliseconds), newest first.
    package func live(since: Int64) -> [ProducerMark] {
        marks.values.filter { !$0.hasEnded && $0.lastSeen >= since }
            .sorted { ($1.lastSeen, $0.producer.id) < ($0.lastSeen, $1.producer.id) }
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
        if heartbeat.isEnd {
            mark.hasEnded = true
            if heartbeat.next > mark.highest + 1 {
                lose(
                    of: heartbeat.producer, from: mark.highest + 1, count: heartbeat.next - mark.highest - 1, now: now)
                mark.highest = heartbeat.next - 1
            }
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

    package var hasChanges: Bool { !changed.isEmpty || !losses.isEmpty }

    /// What changed since the last time, for one commit.
    package mutating func takeChanges(now: Int64) -> (marks: [ProducerMark], losses: [Loss]) {
        let result = (changed.sorted().compactMap { marks[$0] }, losses)
        changed.removeAll(keepingCapacity: true)
        losses.removeAll()
        marks = marks.filter { $0.value.lastSeen >= now - Self.memory }
        return result
    }

    private func mark(of producer: Producer) -> ProducerMark {
        marks[producer.id] ?? ProducerMark(producer: producer, shard: shard, highest: 0, lastSeen: 0)
    }

    private mutating func keep(_ mark: ProducerMark) {
        marks[mark.producer.id] = mark
        changed.insert(mark.producer.id)
    }
}
