import Foundation
import Logging
import VenusCallLog
import VenusCore

/// Writes blocks to a real Redis and reads them, as a proxy's shipper and an analyzer's shard owner do.
struct StreamBenchmark {
    static let services = 50
    static let operationsPerService = 20
    static let callsPerBlock = 500
    /// Different blocks of each service: then they come again, with other times and numbers.
    static let templates = 8
    /// As many as an analyzer reads at once.
    static let readLimit = 512

    let shards: Int
    private let log: RedisCallLog

    init(url: String, prefix: String, shards: Int) throws {
        self.shards = shards
        log = try RedisCallLog(
            url: url, prefix: prefix, shards: shards, maximumEntries: 100_000_000,
            logger: Logger(label: "benchmark", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// Appends so many calls, rounded up to whole blocks of every service; each has one append outstanding at a time.
    /// Prints what was written, how long that took, and seconds of CPU: of all, and of making the entries alone.
    func fill(calls: Int) async throws {
        let perService = max(1, (calls + Self.services * Self.callsPerBlock - 1) / (Self.services * Self.callsPerBlock))
        let writers = (0..<Self.services).map(Writer.init)
        let encoding = Stopwatch()
        var bytes = 0
        // A tenth of them.
        let sample = max(1, perService / 10)
        for writer in writers {
            for place in 0..<sample { bytes += writer.entry(place).reduce(0) { $0 + $1.value.count } }
        }
        let encode = encoding.seconds / Double(sample) * Double(perService)
        let entryBytes = bytes / (sample * Self.services)
        let (start, watch) = (ContinuousClock.now, Stopwatch())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in writers {
                let shard = Shard.of(environment: "production", service: writer.producer.service, shards: shards)
                group.addTask {
                    for place in 0..<perService { try await log.append(writer.entry(place), to: shard) }
                }
            }
            try await group.waitForAll()
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let written = perService * Self.services * Self.callsPerBlock
        print("calls \(written) entry_bytes \(entryBytes) seconds \(seconds) cpu \(watch.seconds) encode \(encode)")
        await log.close()
    }

    /// Reads all there is, and does nothing with it.
    func read() async throws {
        let watch = Stopwatch()
        var entries = 0
        for shard in 0..<shards {
            var cursor = EntryID.start
            while let last = try await read(shard, after: &cursor) { entries += last }
        }
        print("entries \(entries) cpu \(watch.seconds)")
        await log.close()
    }

    /// Reads a stream in which each call is an entry of its own, and adds up calls, failures and durations by host: the
    /// least that any analysis does.
    func readEach() async throws {
        let watch = Stopwatch()
        var sums: [String: (calls: Int, failures: Int, duration: Int)] = [:]
        var (cursor, entries) = (EntryID.start, 0)
        while true {
            let read = try await log.read(shard: 0, after: cursor, limit: 1_000, wait: .zero)
            guard let last = read.last else { break }
            (cursor, entries) = (last.id, entries + read.count)
            for entry in read {
                var (host, status, duration) = ("", 0, 0)
                for field in entry.fields {
                    switch field.name {
                    case "host": host = String(decoding: field.value, as: UTF8.self)
                    case "status": status = Int(String(decoding: field.value, as: UTF8.self)) ?? 0
                    case "duration": duration = Int(String(decoding: field.value, as: UTF8.self)) ?? 0
                    default: break
                    }
                }
                var sum = sums[host] ?? (0, 0, 0)
                sum.calls += 1
                sum.failures += status >= 400 ? 1 : 0
                sum.duration += duration
                sums[host] = sum
            }
        }
        print("entries \(entries) cpu \(watch.seconds) hosts \(sums.count)")
        await log.close()
    }

    /// - Returns: how many came; `nil` where none did.
    private func read(_ shard: Int, after cursor: inout EntryID) async throws -> Int? {
        let entries = try await log.read(shard: shard, after: cursor, limit: Self.readLimit, wait: .zero)
        cursor = entries.last?.id ?? cursor
        return entries.isEmpty ? nil : entries.count
    }

    /// One service's proxy.
    private struct Writer: Sendable {
        let producer: Producer
        private let templates: [CallBlock]

        init(_ number: Int) {
            let producer = Producer(
                id: "producer-\(number)", environment: "production", service: "service-\(number)", instance: "one",
                host: "host")
            self.producer = producer
            var random = WindowsBenchmark.Generator(state: UInt64(number) + 1)
            let operations = PathBenchmark.operations(StreamBenchmark.operationsPerService)
            templates = (0..<StreamBenchmark.templates).map { _ in
                CallBlock(
                    producer: producer, first: 1, operations: operations,
                    calls: (0..<StreamBenchmark.callsPerBlock).map { _ in
                        PathBenchmark.call(end: 0, operations: operations.count, &random)
                    })
            }
        }

        /// The block of this place, of calls that have just ended.
        func entry(_ place: Int) -> [EntryField] {
            var block = templates[place % templates.count]
            block.first = UInt64(place * StreamBenchmark.callsPerBlock + 1)
            let now = Int64(Date().timeIntervalSince1970 * 1e6)
            for place in block.calls.indices { block.calls[place].start += now }
            return BlockEncoder.entry(block)
        }
    }
}
