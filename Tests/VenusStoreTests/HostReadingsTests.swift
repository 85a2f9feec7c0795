import Foundation
import Synchronization
import TestSupport
import Testing
import VenusCore
import VenusStore

/// So many seconds from the second on, of a machine that is busy by so much.
private func reading(_ second: Int64, seconds: Int64 = 60, busy: Double = 0.5) -> HostReading {
    var reading = HostReading(start: second * 1_000, end: (second + seconds) * 1_000)
    reading.add(HostSeries(.cpuUtilization), busy, seconds: Double(seconds))
    reading.add(HostSeries(.networkIO, "eth0", state: "receive"), 100, seconds: Double(seconds))
    return reading
}

private func batch(
    _ readings: [(UInt64, HostReading)], producer: String = "p1", latest: HostReading? = nil, dropped: UInt64 = 0
) -> ReadingsBatch {
    ReadingsBatch(
        producer: producer, agentVersion: "1.0", environment: "test", dropped: dropped,
        readings: readings.map { ReadingsBatch.Item(sequence: $0.0, reading: $0.1) }, latest: latest)
}

@Suite("Hosts and their readings")
struct HostReadingsTests {
    private static let now = (dayStart + 86_400) * 1_000
    private static let busy = HostSeries(.cpuUtilization)
    private static let received = HostSeries(.networkIO, "eth0", state: "receive")

    private func add(
        _ store: any HostStore, _ batch: ReadingsBatch, to host: String = "web-1", now: Int64 = now
    ) async throws -> ReadingsReceipt {
        try #require(try await store.addReadings(batch, of: host, keyID: "k", now: now))
    }

    private func buckets(_ store: any HostStore, _ tier: Tier, of host: String = "web-1") async throws -> [HostBucket] {
        try await store.hostReadings(host, tier: tier, from: 0, to: .max)
    }

    @Test("a reading is in its bucket of every tier, and neighbours add up", arguments: Backend.allCases)
    func tiers(backend: Backend) async throws {
        try await backend.withStore { store in
            let readings = (0..<20).map { (UInt64($0 + 1), reading(dayStart + 60 * Int64($0), busy: Double($0))) }
            let receipt = try await add(store, batch(readings))
            #expect(receipt == ReadingsReceipt(taken: 20))
            #expect(try await buckets(store, .minute).map(\.bucket) == (0..<20).map { dayStart + 60 * $0 })
            let quarters = try await buckets(store, .quarterHour)
            #expect(quarters.map(\.bucket) == [dayStart, dayStart + 900])
            #expect(quarters.map { $0.reading[Self.busy]?.seconds } == [900, 300])
            for tier in [Tier.twoHours, .eightHours, .day] {
                let bucket = try #require(try await buckets(store, tier).first)
                #expect(bucket.bucket == dayStart)
                let busy = try #require(bucket.reading[Self.busy])
                #expect((busy.count, busy.minimum, busy.maximum, busy.last) == (20, 0, 19, 19))
                #expect(busy.mean == 9.5)
                #expect(bucket.reading[Self.received]?.sum == 120_000.0)
            }
            #expect(
                try await store.hostReadings("web-1", tier: .minute, from: dayStart + 60, to: dayStart + 180).count == 2
            )
            #expect(try await buckets(store, .minute, of: "web-2").isEmpty)
        }
    }

    @Test("what is sent again is not added again, whatever comes with it", arguments: Backend.allCases)
    func exactlyOnce(backend: Backend) async throws {
        try await backend.withStore { store in
            let first = (1...3).map { (UInt64($0), reading(dayStart + 60 * Int64($0))) }
            _ = try await add(store, batch(first))
            let more = first + [(4, reading(dayStart + 240)), (7, reading(dayStart + 300))]
            #expect(try await add(store, batch(more)) == ReadingsReceipt(taken: 2, known: 3))
            #expect(try await add(store, batch(more)) == ReadingsReceipt(taken: 0, known: 5))
            // Numbers are each producer's own; a directory that was lost begins anew, maybe within a minute.
            #expect(try await add(store, batch([(1, reading(dayStart + 330, seconds: 30))], producer: "p2")).taken == 1)
            #expect(try await add(store, batch(first), to: "web-2").taken == 3)
            #expect(try await buckets(store, .day).map { $0.reading[Self.busy]?.seconds } == [330])
            #expect(try await buckets(store, .minute).last?.reading[Self.busy]?.seconds == 90)
        }
    }

    @Test("a transaction that dies anywhere has added nothing, and what is sent again is there once")
    func deaths() async throws {
        try await Backend.sqlite.withDatabase { database in
            let point = CrashPoint()
            let store = try await database.open(gate: point.gate)
            var statements = 0
            while true {
                let next = batch([(UInt64(statements + 1), reading(dayStart + 60 * Int64(statements)))])
                point.arm(statements)
                let receipt = try? await store.addReadings(next, of: "web-1", keyID: "", now: Self.now)
                #expect((receipt == nil) == point.hasStruck)
                point.arm(nil)
                let wanted = receipt == nil ? ReadingsReceipt(taken: 1) : ReadingsReceipt(known: 1)
                #expect(try await add(store, next) == wanted)
                statements += 1
                if receipt != nil { break }
            }
            #expect(statements > 8)
            for tier in Tier.allCases {
                let seconds = try await buckets(store, tier).compactMap { $0.reading[Self.busy]?.seconds }
                #expect(seconds.reduce(0, +) == Double(60 * statements))
            }
        }
    }

    @Test("readings of no time that can be are refused, and settled", arguments: Backend.allCases)
    func impossibleTimes(backend: Backend) async throws {
        try await backend.withStore { store in
            let day: Int64 = 86_400
            let odd: [(UInt64, HostReading)] = [
                (1, reading(dayStart + 2 * day)), (2, reading(-5)), (3, reading(dayStart, seconds: 7_200)),
                (4, HostReading(start: .min, end: .max)), (5, reading(dayStart)),
            ]
            let receipt = try await add(store, batch(odd))
            #expect(receipt == ReadingsReceipt(taken: 1, refused: 4))
            #expect(try await add(store, batch(odd)) == ReadingsReceipt(known: 5))
            #expect(try await buckets(store, .minute).map(\.bucket) == [dayStart])
        }
    }

    @Test("a host is known by what its agent said last, and by whether it is watched", arguments: Backend.allCases)
    func known(backend: Backend) async throws {
        try await backend.withStore { store in
            #expect(try await store.hosts(withLatest: true).isEmpty)
            _ = try await add(store, batch([(1, reading(dayStart))], dropped: 2))
            let latest = reading(dayStart + 60, seconds: 10)
            _ = try await add(store, batch([], producer: "p2", latest: latest, dropped: 3), now: Self.now + 5_000)
            _ = try await add(store, batch([], latest: nil, dropped: 2), to: "db-1")
            let hosts = try await store.hosts(withLatest: false)
            #expect(hosts.map(\.name) == ["db-1", "web-1"])
            #expect(hosts.allSatisfy { $0.latest == nil })
            let host = try #require(try await store.host(named: "web-1"))
            #expect(
                host
                    == KnownHost(
                        name: "web-1", environment: "test", keyID: "k", agentVersion: "1.0", firstSeen: Self.now,
                        lastSeen: Self.now + 5_000, publishEvery: 60_000, dropped: 5, latest: latest))
            #expect(try await store.hosts(heardSince: Self.now + 1) == [host])
            try await store.watchHosts(["web-1", "gone"], until: Self.now + 9_000)
            try await store.watchHosts(["web-1"], until: Self.now + 8_000)
            #expect(try await store.watchedHosts(after: Self.now + 8_999) == ["web-1": Self.now + 9_000])
            #expect(try await store.watchedHosts(after: Self.now + 9_000).isEmpty)
            #expect(try await add(store, batch([]), now: Self.now + 6_000).watchedFor == 3_000)
            #expect(try await add(store, batch([]), to: "db-1").watchedFor == 0)
            #expect(try await store.host(named: "web-1")?.latest == latest)
        }
    }

    @Test("a host that is forgotten is gone with its readings, and may come again", arguments: Backend.allCases)
    func removal(backend: Backend) async throws {
        try await backend.withStore { store in
            _ = try await add(store, batch([(1, reading(dayStart))]))
            _ = try await add(store, batch([(1, reading(dayStart))]), to: "web-2")
            #expect(try await store.removeHost("web-1"))
            #expect(try await !store.removeHost("web-1"))
            for tier in Tier.allCases {
                #expect(try await buckets(store, tier).isEmpty)
                #expect(try await buckets(store, tier, of: "web-2").count == 1)
            }
            #expect(try await add(store, batch([(1, reading(dayStart))])).taken == 1)
        }
    }

    @Test("readings go with their tier's retention, and a host with its last", arguments: Backend.allCases)
    func retention(backend: Backend) async throws {
        try await backend.withStore { store in
            let retention = Dictionary(uniqueKeysWithValues: Tier.allCases.map { ($0, $0.defaultRetention) })
            let readings = (0..<48).map { (UInt64($0 + 1), reading(dayStart + 1_800 * Int64($0))) }
            _ = try await add(store, batch(readings))
            try await store.prune(nowSeconds: dayStart + 30 * 3_600, retention: retention)
            #expect(try await buckets(store, .minute).map(\.bucket).min() == dayStart + 4 * 3_600)
            #expect(try await buckets(store, .quarterHour).count == 48)
            try await store.prune(nowSeconds: dayStart + 90 * 86_400, retention: retention)
            #expect(try await buckets(store, .twoHours).isEmpty)
            #expect(try await buckets(store, .eightHours).count == 3)
            #expect(try await store.hosts(withLatest: false).count == 1)
            try await store.prune(nowSeconds: dayStart + 1_200 * 86_400, retention: retention)
            #expect(try await store.hosts(withLatest: false).isEmpty)
            for tier in Tier.allCases { #expect(try await buckets(store, tier).isEmpty) }
        }
    }

    @Test("the newest minutes are read in order, and buckets are counted", arguments: Backend.allCases)
    func newest(backend: Backend) async throws {
        try await backend.withStore { store in
            let readings = (0..<20).map { (UInt64($0 + 1), reading(dayStart + 60 * Int64($0), busy: Double($0))) }
            _ = try await add(store, batch(readings))
            let newest = try await store.newestHostMinutes("web-1", from: 0, limit: 3)
            #expect(newest.map(\.bucket) == [17, 18, 19].map { dayStart + 60 * $0 })
            #expect(newest.last?.reading[Self.busy]?.mean == 19)
            #expect(try await store.newestHostMinutes("web-1", from: dayStart + 19 * 60, limit: 3).count == 1)
            #expect(try await store.newestHostMinutes("web-2", from: 0, limit: 3).isEmpty)
            let quarters = try await store.countHostReadings(
                "web-1", tier: .quarterHour, from: dayStart, to: dayStart + 86_400)
            #expect(quarters == 2)
            let after = try await store.countHostReadings("web-1", tier: .minute, from: dayStart + 60, to: .max)
            #expect(after == 19)
        }
    }

    /// As a file holds them.
    private func records(_ store: any HostStore) async throws -> [StoredRecord] {
        let lines = Mutex<[Data]>([])
        try await #require(store as? any PortableStore).exportRecords(everything: false) { record in
            let line = try JSONEncoder().encode(record)
            lines.withLock { $0.append(line) }
        }
        return try lines.withLock { $0 }.map { try JSONDecoder().decode(StoredRecord.self, from: $0) }
    }

    @Test("hosts and readings move with a store", arguments: Backend.allCases, Backend.allCases)
    func moved(from: Backend, to: Backend) async throws {
        try await from.withStore { source in
            let readings = (0..<30).map { (UInt64($0 + 1), reading(dayStart + 60 * Int64($0), busy: Double($0))) }
            _ = try await add(source, batch(readings))
            _ = try await add(source, batch(readings), to: "web-2")
            let records = try await records(source)
            try await to.withStore { target in
                _ = try await add(target, batch([(1, reading(dayStart))]))
                let portable = try #require(target as? any PortableStore)
                let progress = try await portable.beginImport(id: "file", adding: true, everything: false)
                try await portable.endImport(try await portable.importRecords(records, into: progress))
                #expect(try await target.hosts(withLatest: false).map(\.name) == ["web-1", "web-2"])
                for tier in Tier.allCases {
                    #expect(try await buckets(target, tier, of: "web-2") == buckets(source, tier))
                    // What was there stays, and what came is added.
                    let seconds = try await buckets(target, tier).compactMap { $0.reading[Self.busy]?.seconds }
                    #expect(seconds.reduce(0, +) == 31 * 60)
                }
                // What the agent sends again, since it had no answer, is known there as well.
                let again = try await add(target, batch(readings + [(31, reading(dayStart + 1_800))]), to: "web-2")
                #expect(again == ReadingsReceipt(taken: 1, known: 30))
            }
        }
    }
}
