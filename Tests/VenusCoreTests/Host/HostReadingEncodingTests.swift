import TestSupport
import Testing
import VenusCore

@Suite("A host's reading as it is stored")
struct HostReadingEncodingTests {
    private static func reading() -> HostReading {
        var reading = HostReading(start: 1_699_920_000_000, end: 1_699_920_060_000, leftOut: 3, garbledLines: 1)
        var generator = SeededGenerator(seed: 3)
        for series in [
            HostSeries(.cpuUtilization), HostSeries(.cpuUtilization, "0"),
            HostSeries(.cpuUtilization, "0", state: "user"),
            HostSeries(.filesystemUsage, "/вар", state: "used"), HostSeries(.uptime), HostSeries(.processes),
        ] {
            for _ in 0..<3 { reading.add(series, .random(in: -5...1e12, using: &generator), seconds: 10.25) }
        }
        reading.add(HostSeries(.memoryLimit), 8_589_934_592, seconds: 60)
        return reading
    }

    @Test("is read as it was written")
    func roundTrip() throws {
        let reading = Self.reading()
        #expect(try HostReading(encoded: reading.encoded) == reading)
        let empty = HostReading(start: 5, end: 5)
        #expect(try HostReading(encoded: empty.encoded) == empty)
    }

    @Test("a series that says the same as the one before takes few bytes")
    func size() {
        var reading = HostReading(start: 1_699_920_000_000, end: 1_699_920_060_000)
        for core in 0..<100 { reading.add(HostSeries(.cpuUtilization, "\(core)"), 0.5, seconds: 60) }
        #expect(reading.encoded.count < 100 * 16 + 32)
    }

    @Test("no bytes are read as what they are not, and none trap")
    func garbage() throws {
        let bytes = Self.reading().encoded
        for length in 0..<bytes.count {
            #expect(throws: EncodingError.self) { try HostReading(encoded: Array(bytes[..<length])) }
        }
        #expect(throws: EncodingError.newerVersion(2)) { try HostReading(encoded: [2] + bytes.dropFirst()) }
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<5_000 {
            var odd = bytes
            for _ in 0..<3 {
                odd[Int.random(in: 0..<odd.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            // What can be read, can be written and added to.
            if var read = try? HostReading(encoded: odd) {
                read.add(Self.reading())
                #expect(try HostReading(encoded: read.encoded) == read)
            }
        }
    }

    @Test("a metric of a newer version is left out, and counted")
    func newerMetric() throws {
        var reading = HostReading(start: 1, end: 2)
        reading.add(HostSeries(.uptime), 5, seconds: 1)
        var bytes = reading.encoded
        let place = try #require(bytes.firstIndex(of: HostMetric.uptime.rawValue))
        bytes[place] = 250
        let read = try HostReading(encoded: bytes)
        #expect((read.values.isEmpty, read.leftOut) == (true, 1))
    }

    @Test("a batch is read as it was written, and what is wrong with one is told")
    func batches() throws {
        var batch = ReadingsBatch(
            producer: "p", agentVersion: "1", environment: "test", dropped: 4,
            readings: [.init(sequence: 2, reading: Self.reading()), .init(sequence: 5, reading: Self.reading())])
        #expect(batch.fault == nil)
        batch.readings.swapAt(0, 1)
        #expect(batch.fault != nil)
        batch.readings = [.init(sequence: 0, reading: Self.reading())]
        #expect(batch.fault != nil)
        batch.readings = (1...61).map { .init(sequence: $0, reading: HostReading(start: 0, end: 1)) }
        #expect(batch.fault != nil)
        batch.readings = []
        batch.producer = ""
        #expect(batch.fault != nil)
    }
}
