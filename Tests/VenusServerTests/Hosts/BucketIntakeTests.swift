import Foundation
import Synchronization
import TestSupport
import Testing
import VenusCore
import VenusServer
import VenusStore

/// Objects in memory, in the order of their names; asked, it may fail.
private final class Bucket: ReadingsObjects {
    struct State {
        var objects: [String: [UInt8]] = [:]
        var reads: [String] = []
        /// Names that cannot be read, and why.
        var failures: [String: S3Failure] = [:]
        var pageSize = 1_000
        var refusesToRemove = false
    }

    let state = Mutex(State())

    func put(_ key: String, _ bytes: [UInt8], mediaType: String) throws(S3Failure) {
        state.withLock { $0.objects[key] = bytes }
    }

    func get(_ key: String, maximumBytes: Int) throws(S3Failure) -> [UInt8] {
        let (bytes, failure) = state.withLock { state in
            state.reads.append(key)
            return (state.objects[key], state.failures[key])
        }
        if let failure { throw failure }
        guard let bytes else { throw .refused(status: 404, code: "NoSuchKey", region: nil) }
        if bytes.count > maximumBytes { throw .unreachable(.tooLarge) }
        return bytes
    }

    func remove(_ key: String) throws(S3Failure) {
        let isRefused = state.withLock { state in
            if !state.refusesToRemove { state.objects[key] = nil }
            return state.refusesToRemove
        }
        if isRefused { throw .refused(status: 403, code: "AccessDenied", region: nil) }
    }

    func list(_ prefix: String, after: String, page: String?, inFolders: Bool) throws(S3Failure) -> S3Listing {
        state.withLock { state in
            var keys = state.objects.keys.filter { $0.hasPrefix(prefix) && $0 > max(after, page ?? "") }.sorted()
            var listing = S3Listing()
            if inFolders {
                let folders = keys.compactMap { key -> String? in
                    let rest = key.dropFirst(prefix.count)
                    return rest.firstIndex(of: "/").map { prefix + rest[...$0] }
                }
                listing.folders = Set(folders).sorted()
                keys = []
            }
            if keys.count > state.pageSize { listing.next = keys[state.pageSize - 1] }
            listing.objects = keys.prefix(state.pageSize).map { key in
                S3Listing.Object(key: key, bytes: Int64(state.objects[key]?.count ?? 0))
            }
            return listing
        }
    }

    var keys: [String] { state.withLock { $0.objects.keys.sorted() } }
    var reads: [String] { state.withLock { $0.reads } }
}

@Suite("Readings out of a bucket")
struct BucketIntakeTests {
    /// 2026-11-22T07:40:00Z
    private static let start: Int64 = 1_795_333_200
    private static let address = BucketAddress("s3://metrics/venus")!  // Written here.
    private static let busy = HostSeries(.cpuUtilization)

    private struct Bench {
        let bucket = Bucket()
        let store: SQLiteStore
        let directory: TemporaryDirectory
        let log = CapturedLog()

        init() async throws {
            directory = try TemporaryDirectory()
            store = try await SQLiteStore(path: directory.path + "/venus.sqlite", logger: log.logger)
        }
    }

    private final class Now: Sendable {
        let second: Atomic<Int64>
        init(_ second: Int64) { self.second = Atomic(second) }
        var milliseconds: Int64 { second.load(ordering: .relaxed) * 1_000 }
    }

    private func minute(_ number: Int64) -> HostReading {
        var reading = HostReading(
            start: (Self.start + 60 * number) * 1_000, end: (Self.start + 60 * number + 60) * 1_000)
        reading.add(Self.busy, 0.5, seconds: 60)
        return reading
    }

    private func batch(_ numbers: ClosedRange<Int64>, producer: String = "p") -> ReadingsBatch {
        ReadingsBatch(
            producer: producer, agentVersion: "1", environment: "test",
            readings: numbers.map { ReadingsBatch.Item(sequence: UInt64($0), reading: minute($0)) },
            latest: minute(numbers.upperBound))
    }

    private func put(
        _ bucket: Bucket, _ numbers: ClosedRange<Int64>, host: String = "web-1", producer: String = "p",
        bytes: [UInt8]? = nil, inFolderOf folder: String? = nil
    ) throws {
        let name = try #require(
            ReadingsObjectName(
                second: Self.start + 60 * numbers.upperBound + 60, last: UInt64(numbers.upperBound), producer: producer)
        )
        let content = try #require(ReadingsObject(host: host, batch: batch(numbers, producer: producer)).bytes)
        try bucket.put("venus/\(folder ?? host)/\(name.text)", bytes ?? content, mediaType: "application/gzip")
    }

    private func intake(_ bench: Bench, _ now: Now, removes: Bool) -> BucketIntake {
        BucketIntake(
            Self.address, objects: bench.bucket, store: bench.store, removes: removes, interval: .seconds(60),
            logger: bench.log.logger, now: { now.milliseconds })
    }

    private func lease(_ store: SQLiteStore, _ owner: String = "a") async throws -> Lease {
        try #require(
            try await store.acquireLease(
                Lease.readings(in: Self.address.description), owner: owner, duration: .seconds(60)))
    }

    private func minutes(_ store: SQLiteStore, _ host: String = "web-1") async throws -> [Double] {
        try await store.hostReadings(host, tier: .minute, from: 0, to: .max).map { $0.reading[Self.busy]?.seconds ?? 0 }
    }

    @Test(
        "every minute is taken once, in order, and removed or kept; read twice, it changes nothing",
        arguments: [true, false])
    func once(removes: Bool) async throws {
        let bench = try await Bench()
        let now = Now(Self.start + 3_600)
        bench.bucket.state.withLock { $0.pageSize = 3 }
        for host in ["web-1", "web-2"] {
            for number in Int64(1)...8 { try put(bench.bucket, number...number, host: host) }
            try put(bench.bucket, 9...10, host: host)
        }
        // What was sent before it, again: its first attempt came through as well.
        try put(bench.bucket, 9...9)
        let lease = try await lease(bench.store)
        let first = intake(bench, now, removes: removes)
        let outcome = try await first.look(under: lease)
        #expect(
            outcome.failure == nil && outcome.taken == 19 && outcome.looked == 19 && outcome.readings == 20
                && outcome.refused == 0)
        for host in ["web-1", "web-2"] {
            #expect(try await minutes(bench.store, host) == Array(repeating: 60, count: 10))
        }
        #expect(bench.bucket.keys.count == (removes ? 0 : 19))
        #expect(try await bench.store.host(named: "web-1")?.lastSeen == (Self.start + 660) * 1_000)
        let again = try await first.look(under: lease)
        #expect(again.taken == 0 && again.readings == 0)
        // A second server reads what is not behind the place, and takes none of it.
        let reads = bench.bucket.reads.count
        let second = try await intake(bench, now, removes: removes).look(under: lease)
        #expect(second.readings == 0 && second.failure == nil)
        now.second.store(Self.start + 86_400, ordering: .relaxed)
        _ = try await first.look(under: lease)
        let after = bench.bucket.reads.count
        let third = try await intake(bench, now, removes: removes).look(under: lease)
        #expect(third.taken == 0 && bench.bucket.reads.count == after)
        #expect(removes == (after == reads))
        // From the start, by hand.
        let all = try await intake(bench, now, removes: removes).look(under: lease, fromStart: true)
        #expect(all.looked == (removes ? 0 : 19) && all.taken == 0 && all.readings == 0)
        #expect(try await minutes(bench.store) == Array(repeating: 60, count: 10))
        #expect(try await bench.store.host(named: "web-1")?.lastSeen == (Self.start + 660) * 1_000)
        let bucket = try #require(try await bench.store.readingsBuckets().first)
        #expect(bucket.name == "s3://metrics/venus" && bucket.failure.isEmpty && bucket.taken == 19)
        await bench.store.close()
    }

    @Test("objects that are at fault are counted, named, and left; those behind them and of others are taken")
    func faults() async throws {
        let bench = try await Bench()
        let now = Now(Self.start + 3_600)
        let bomb = try #require(GZip.file([UInt8](repeating: 0x20, count: ReadingsBatch.maximumBytes + 1)))
        let whole = try #require(ReadingsObject(host: "web-1", batch: batch(4...4)).bytes)
        try put(bench.bucket, 1...1, bytes: Array("no gzip".utf8))
        try put(bench.bucket, 2...2, bytes: bomb)
        try put(bench.bucket, 3...3, bytes: [UInt8](repeating: 0, count: ReadingsObject.maximumBytes + 1))
        try put(bench.bucket, 4...4, bytes: whole.dropLast(9))
        try put(bench.bucket, 5...5, bytes: whole + [0])
        try put(bench.bucket, 6...6, bytes: GZip.file(Array(#"{"v":2,"host":"web-1"}"#.utf8)))
        try put(bench.bucket, 7...7, bytes: GZip.file(Array(#"{"v":1,"host":"web-1"}"#.utf8)))
        try put(bench.bucket, 8...8, bytes: GZip.file(Array("[]".utf8)))
        try put(bench.bucket, 9...9, host: "web-2", inFolderOf: "web-1")
        try put(bench.bucket, 10...10)
        try put(bench.bucket, 1...1, host: "web-3")
        try bench.bucket.put("venus/web-1/notes.txt", [1], mediaType: "text/plain")
        try bench.bucket.put("venus/a b/x", [1], mediaType: "text/plain")
        try bench.bucket.put("venus/stray", [1], mediaType: "text/plain")
        let lease = try await lease(bench.store)
        let outcome = try await intake(bench, now, removes: true).look(under: lease)
        #expect(outcome.failure == nil && outcome.refused == 9 && outcome.taken == 2)
        #expect(try await minutes(bench.store) == [60])
        #expect(try await minutes(bench.store, "web-3") == [60])
        #expect(try await bench.store.host(named: "web-2") == nil)
        #expect(bench.bucket.keys.count == 12)
        for reason in ["no gzip", "more than", "version 2", "no readings", "another host"] {
            #expect(bench.log.text.contains(reason), "\(reason)")
        }
        let bucket = try #require(try await bench.store.readingsBuckets().first)
        #expect(bucket.refused == 9 && bucket.lastRefusal?.reason == "it is of another host than its folder")
        // They are not looked at again.
        now.second.store(Self.start + 86_400, ordering: .relaxed)
        let later = intake(bench, now, removes: true)
        _ = try await later.look(under: lease)
        let reads = bench.bucket.reads.count
        #expect(try await later.look(under: lease).refused == 0 && bench.bucket.reads.count == reads)
        await bench.store.close()
    }

    @Test("what is older than its number is known is refused")
    func old() async throws {
        let bench = try await Bench()
        let now = Now(Self.start + 91 * 86_400)
        try put(bench.bucket, 1...1)
        let outcome = try await intake(bench, now, removes: true).look(under: try await lease(bench.store))
        #expect(outcome.refused == 1 && outcome.taken == 0 && bench.bucket.reads.isEmpty)
        await bench.store.close()
    }

    @Test("an object that cannot be read now holds up its host alone, and is taken later")
    func unreachable() async throws {
        let bench = try await Bench()
        let now = Now(Self.start + 3_600)
        for host in ["web-1", "web-2"] {
            for number in Int64(1)...3 { try put(bench.bucket, number...number, host: host) }
        }
        let key = try #require(bench.bucket.keys.first { $0.contains("web-1") && $0.contains("002-p") })
        bench.bucket.state.withLock {
            $0.failures[key] = .unreachable(.timedOut)
            $0.refusesToRemove = true
        }
        let lease = try await lease(bench.store)
        let intake = intake(bench, now, removes: true)
        let outcome = try await intake.look(under: lease)
        #expect(outcome.failure != nil && outcome.taken == 4)
        #expect(try await minutes(bench.store) == [60])
        #expect(try await minutes(bench.store, "web-2") == [60, 60, 60])
        #expect(try await bench.store.readingsBuckets().first?.failedSince == now.milliseconds)
        bench.bucket.state.withLock {
            $0.failures = [:]
            $0.refusesToRemove = false
        }
        let next = try await intake.look(under: lease)
        #expect(next.failure == nil && next.taken == 2)
        #expect(try await minutes(bench.store) == [60, 60, 60])
        #expect(bench.bucket.keys.isEmpty)
        #expect(try await bench.store.readingsBuckets().first?.failure == "")
        await bench.store.close()
    }

    @Test("whoever has lost the lease takes no more, and writes nothing")
    func fenced() async throws {
        let bench = try await Bench()
        let now = Now(Self.start + 3_600)
        for number in Int64(1)...3 { try put(bench.bucket, number...number) }
        let old = try await lease(bench.store)
        try await bench.store.releaseLease(old)
        _ = try await lease(bench.store, "b")
        let intake = intake(bench, now, removes: true)
        await #expect(throws: StoreError.self) { _ = try await intake.look(under: old) { false } }
        #expect(try await minutes(bench.store).isEmpty && bench.bucket.keys.count == 3)
        #expect(try await bench.store.readingsBuckets().isEmpty)
        await bench.store.close()
    }
}
