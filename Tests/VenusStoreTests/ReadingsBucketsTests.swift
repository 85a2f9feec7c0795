import TestSupport
import Testing
import VenusCore
import VenusStore

@Suite("Buckets that hosts' readings come through")
struct ReadingsBucketsTests {
    private static let now = (dayStart + 86_400) * 1_000

    @Test("how it stands and how far it is read is kept, under a lease alone", arguments: Backend.allCases)
    func places(backend: Backend) async throws {
        try await backend.withStore { store in
            let lease = try #require(
                try await store.acquireLease(Lease.readings(in: "s3://a"), owner: "x", duration: .seconds(60)))
            var bucket = ReadingsBucket(
                name: "s3://a", checkedAt: Self.now, failure: "it is away", failedSince: Self.now - 5, taken: 3,
                refused: 1,
                lastRefusal: ReadingsBucket.Refusal(object: "web-1/x", reason: "no gzip", at: Self.now - 9))
            try await store.commit(bucket, places: ["web-1": "b", "web-2": "c"], now: Self.now, under: lease)
            #expect(try await store.readingsBuckets() == [bucket])
            bucket.failure = ""
            bucket.failedSince = 0
            bucket.lastRefusal = nil
            try await store.commit(bucket, places: ["web-1": "d"], now: Self.now, under: lease)
            #expect(try await store.readingsBuckets() == [bucket])
            #expect(try await store.readingsPlaces(in: "s3://a") == ["web-1": "d", "web-2": "c"])
            #expect(try await store.readingsPlaces(in: "s3://b").isEmpty)
            try await store.releaseLease(lease)
            await #expect(throws: StoreError.self) {
                try await store.commit(bucket, places: ["web-1": "e"], now: Self.now, under: lease)
            }
            #expect(try await store.readingsPlaces(in: "s3://a")["web-1"] == "d")
        }
    }

    @Test("readings that come late do not make a host look as it was", arguments: Backend.allCases)
    func late(backend: Backend) async throws {
        try await backend.withStore { store in
            func batch(_ sequence: UInt64, version: String) -> ReadingsBatch {
                var reading = HostReading(start: dayStart * 1_000, end: (dayStart + 60) * 1_000)
                reading.add(HostSeries(.cpuUtilization), 0.5, seconds: 60)
                return ReadingsBatch(
                    producer: "p", agentVersion: version, environment: "test",
                    readings: [ReadingsBatch.Item(sequence: sequence, reading: reading)])
            }
            func add(_ batch: ReadingsBatch, heardAt: Int64) async throws -> ReadingsReceipt? {
                try await store.addReadings(batch, of: "web-1", keyID: "", now: Self.now, heardAt: heardAt)
            }
            #expect(try await add(batch(1, version: "2"), heardAt: Self.now - 1_000)?.taken == 1)
            #expect(try await add(batch(2, version: "1"), heardAt: Self.now - 9_000)?.taken == 1)
            #expect(try await add(batch(2, version: "1"), heardAt: Self.now - 9_000)?.known == 1)
            let host = try #require(try await store.host(named: "web-1"))
            #expect(host.agentVersion == "2" && host.lastSeen == Self.now - 1_000 && host.firstSeen == Self.now - 1_000)
            #expect(try await add(batch(3, version: "3"), heardAt: Self.now + 60_000)?.taken == 1)
            #expect(try await store.host(named: "web-1")?.lastSeen == Self.now)
        }
    }
}
