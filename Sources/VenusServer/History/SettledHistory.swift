import Synchronization
import VenusStore

/// What was made of the settled buckets of spans that were asked for before, each good for as long as the store tells
/// the same version of their rows. The least recently used go first where there is too much.
final class SettledHistory<Value: Sendable>: Sendable {
    private struct Entry {
        var version: HistoryVersion
        var value: Value
        var bytes: Int
        var usedAt: UInt64
    }

    private struct Memory {
        var entries: [RollupQuery: Entry] = [:]
        var bytes = 0
        /// Rises with every use.
        var clock: UInt64 = 0
    }

    private let maximumBytes: Int
    private let memory = Mutex(Memory())

    /// - Parameter maximumBytes: of all values, as those who keep them say.
    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    func value(of query: RollupQuery) -> (version: HistoryVersion, value: Value)? {
        memory.withLock { memory in
            guard let place = memory.entries.index(forKey: query) else { return nil }
            memory.clock += 1
            memory.entries.values[place].usedAt = memory.clock
            let entry = memory.entries.values[place]
            return (entry.version, entry.value)
        }
    }

    /// - Parameter bytes: about how much memory the value takes. One that is too large is not kept.
    func keep(_ value: Value, of query: RollupQuery, version: HistoryVersion, bytes: Int) {
        guard bytes <= maximumBytes else { return }
        memory.withLock { memory in
            memory.clock += 1
            let entry = Entry(version: version, value: value, bytes: bytes, usedAt: memory.clock)
            memory.bytes += bytes - (memory.entries.updateValue(entry, forKey: query)?.bytes ?? 0)
            while memory.bytes > maximumBytes,
                let oldest = memory.entries.min(by: { $0.value.usedAt < $1.value.usedAt })
            {
                memory.bytes -= oldest.value.bytes
                memory.entries[oldest.key] = nil
            }
        }
    }
}
