import TestSupport
import Testing
import VenusAnalysis
import VenusCore

@Suite("The instances on the live feed") struct InstancesMessageTests {
    private var sample: InstancesMessage {
        var random = SeededGenerator(seed: 31)
        let series = ["one", "two"].map { name in
            InstanceSeries(
                key: InstanceKey(environment: "production", service: "checkout", instance: name),
                windows: Window.allCases.map { _ in
                    var totals = KPITotals()
                    for _ in 0..<20 { totals.record(Samples.call(end: 0, using: &random)) }
                    return totals
                })
        }
        return InstancesMessage(
            shard: 3, epoch: 7, at: Samples.epoch * 1_000,
            instances: FeedInstances(coveredSince: Samples.epoch - 60, series: series))
    }

    @Test("they are read back as they were written, and anything cut, longer or newer is refused")
    func encoding() throws {
        let bytes = sample.encoded
        #expect(try InstancesMessage(encoded: bytes) == sample)
        for length in 0..<bytes.count {
            #expect(throws: EncodingError.self) { try InstancesMessage(encoded: Array(bytes.prefix(length))) }
        }
        #expect(throws: EncodingError.corrupt) { try InstancesMessage(encoded: bytes + [0]) }
        #expect(throws: EncodingError.newerVersion(2)) {
            try InstancesMessage(encoded: [bytes[0], 2] + bytes.dropFirst(2))
        }
    }

    @Test("a server that knows nothing of instances passes them over, and they are no frame or calls")
    func apart() {
        #expect(throws: EncodingError.self) { try FeedFrame(encoded: sample.encoded) }
        #expect(throws: EncodingError.self) { try RecentCallsMessage(encoded: sample.encoded) }
    }

    @Test("a frame is written as before there were instances, and one from before has none")
    func frameIsTheSame() throws {
        var frame = FeedFrame(
            shard: 1, shards: 4, epoch: 7, at: 5_000, coveredSince: 3,
            series: [
                FeedSeries(
                    key: .edge(service: "a", dependency: "b:1", environment: "e"),
                    windows: Window.allCases.map { _ in KPITotals() })
            ], producers: [], lostCalls: 12)
        frame.instances = sample.instances
        let emptyTotals: [UInt8] = [1] + Array(repeating: 0, count: 11 + 2 * 6) + [1, 0, 0, 0, 0, 1, 0, 0, 0, 0]
        let golden: [UInt8] =
            [1, 1, 4, 14, 144, 78, 6, 1] + [3, 1, 0x65, 1, 0x61, 3, 0x62, 0x3A, 0x31, 0]
            + Window.allCases.flatMap { _ in emptyTotals } + [0, 12, 0]
        #expect(frame.encoded == golden)
        let read = try FeedFrame(encoded: golden)
        #expect(read.instances == nil && read.series == frame.series && read.lostCalls == 12)
    }
}
