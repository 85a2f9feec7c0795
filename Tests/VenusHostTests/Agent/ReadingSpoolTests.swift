import Foundation
import TestSupport
import Testing
import VenusCore
import VenusHost

@Suite("Minutes that wait on disk")
struct ReadingSpoolTests {
    private let directory: TemporaryDirectory
    private var folder: String { directory.path + "/readings" }

    init() throws { directory = try TemporaryDirectory("venus-spool") }

    private func minute(_ number: Int64) -> HostReading {
        var reading = HostReading(start: number * 60_000, end: (number + 1) * 60_000)
        reading.add(HostSeries(.cpuUtilization), Double(number), seconds: 60)
        return reading
    }

    private func open(_ producer: String = "p", maximum: Int = 100) throws -> (ReadingSpool, HostReading?) {
        var reading: HostReading?
        let spool = try ReadingSpool(
            folder: folder, maximumReadings: maximum, newProducer: producer, open: &reading)
        return (spool, reading)
    }

    @Test("they come back in order under their numbers, until they are settled; numbers are never given again")
    func order() throws {
        let (first, _) = try open()
        for number in 0..<5 as Range<Int64> { first.append(minute(number)) }
        let (producer, items) = first.oldest(3)
        #expect(producer == "p")
        #expect(items.map(\.sequence) == [1, 2, 3])
        #expect(items.map(\.reading) == (0..<3).map { minute($0) })
        first.settle(items)

        let (second, open) = try open("another")
        #expect(open == nil && second.producer == "p" && second.count == 2)
        #expect(second.oldest(9).items.map(\.sequence) == [4, 5])
        second.settle(second.oldest(9).items)
        let (third, _) = try self.open("another")
        third.append(minute(9))
        #expect(third.oldest(9).items.map(\.sequence) == [6])
        let mode = try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test("the open minute outlives the process, wherever that dies")
    func openMinute() throws {
        let (first, _) = try open()
        first.append(minute(1))
        first.keep(minute(2))
        let (second, open) = try open("another")
        #expect(open == minute(2) && second.producer == "p")
        // It died between a minute's own file and the next open one: the minute is there once.
        try FileManager.default.copyItem(atPath: folder + "/open", toPath: directory.path + "/kept")
        second.append(minute(2))
        try FileManager.default.removeItem(atPath: folder + "/open")
        try FileManager.default.copyItem(atPath: directory.path + "/kept", toPath: folder + "/open")
        let (third, again) = try self.open("another")
        #expect(again == nil)
        third.append(minute(3))
        #expect(third.oldest(9).items.map(\.sequence) == [1, 2, 3])
        #expect(third.oldest(9).items.map(\.reading) == [minute(1), minute(2), minute(3)])
    }

    @Test("where the numbers are lost, a new producer begins, and what waits goes under the old one's name")
    func lostNumbers() throws {
        let (first, _) = try open()
        first.append(minute(1))
        first.append(minute(2))
        for content in [nil, "", "venus-reading 1 p", "venus-reading 1 p 0 0\n", "venus-reading 2 p 3 0\n", "x\n"] {
            try FileManager.default.removeItem(atPath: folder + "/open")
            if let content { try Data(content.utf8).write(to: URL(fileURLWithPath: folder + "/open")) }
            let (second, open) = try self.open("q")
            #expect(open == nil && second.producer == "q")
            second.keep(nil)
        }
        let (third, _) = try open("r")
        third.append(minute(3))
        let (producer, items) = third.oldest(9)
        #expect(producer == "p" && items.map(\.sequence) == [1, 2])
        third.settle(items)
        #expect(third.oldest(9).producer == "q")
        #expect(third.oldest(9).items.map(\.reading) == [minute(3)])
    }

    @Test("of too many the oldest give way, and are counted; so are those that cannot be read")
    func bounds() throws {
        let (first, _) = try open(maximum: 3)
        for number in 0..<5 as Range<Int64> { first.append(minute(number)) }
        #expect(first.dropped == 2)
        #expect(first.oldest(9).items.map(\.sequence) == [3, 4, 5])
        let (second, _) = try open("another", maximum: 3)
        #expect(second.dropped == 2)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".reading") }
            .sorted()
        try Data("venus-reading 1 p 4 0\ngarbage".utf8).write(to: URL(fileURLWithPath: folder + "/" + names[1]))
        #expect(second.oldest(9).items.map(\.sequence) == [3, 5])
        #expect(second.dropped == 3)
        second.drop(3)
        #expect(second.oldest(9).items.map(\.sequence) == [5] && second.dropped == 4)
    }

    /// In its place files cannot be written, as on a disk that is full; also not by the super-user.
    private func setDisk(full isFull: Bool) throws {
        let place = folder + "/new"
        if isFull {
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        } else {
            try FileManager.default.removeItem(atPath: place)
        }
    }

    @Test("while the disk is full minutes wait in memory, and are sent like any other")
    func fullDisk() throws {
        let (first, _) = try open()
        first.append(minute(1))
        try setDisk(full: true)
        first.append(minute(2))
        first.keep(minute(3))
        #expect(first.dropped == 0 && first.failures > 0 && first.count == 2)
        #expect(first.oldest(9).producer == "p")
        #expect(first.oldest(9).items.map(\.sequence) == [1, 2])
        #expect(first.oldest(9).items.map(\.reading) == [minute(1), minute(2)])
        first.settle(first.oldest(1).items)
        #expect(first.oldest(9).items.map(\.sequence) == [2])
        try setDisk(full: false)
        first.append(minute(3))
        #expect(first.oldest(9).items.map(\.reading) == [minute(2), minute(3)])
        first.settle(first.oldest(9).items)
        let (second, _) = try open("another")
        #expect(second.producer == "p" && second.count == 0)
        second.append(minute(4))
        #expect(second.oldest(9).items.map(\.sequence) == [4])
    }

    @Test("a process that dies while the disk is full has given numbers that the next one does not give again")
    func diedOnFullDisk() throws {
        let (first, _) = try open()
        first.append(minute(1))
        try setDisk(full: true)
        first.append(minute(2))
        try setDisk(full: false)
        let (second, open) = try open("q")
        #expect(open == nil && second.producer == "q")
        second.append(minute(3))
        #expect(second.oldest(9).producer == "p" && second.oldest(9).items.map(\.reading) == [minute(1)])
        second.settle(second.oldest(9).items)
        #expect(second.oldest(9).producer == "q" && second.oldest(9).items.map(\.reading) == [minute(3)])
    }

    @Test("there is a bound to what waits in memory: the oldest give way, and are counted")
    func boundInMemory() throws {
        let (spool, _) = try open(maximum: 1_000)
        spool.append(minute(0))
        try setDisk(full: true)
        let count = Int64(ReadingSpool.maximumUnwritten)
        for number in 1...(count + 2) as ClosedRange<Int64> { spool.append(minute(number)) }
        #expect(spool.dropped == 2 && spool.count == ReadingSpool.maximumUnwritten + 1)
        #expect(spool.oldest(1_000).items.map(\.reading) == [minute(0)] + (3...count + 2).map { minute($0) })
    }

    @Test(
        "numbers and times that no agent can have written are passed over, and trap nothing",
        arguments: [
            (sequence: UInt64.max, dropped: 0, start: 0, end: 60_000), (5, UInt64.max, 0, 60_000),
            (5, 0, Int64.min, .max), (5, 0, .max, .max), (5, 0, -60_000, 0),
        ] as [(sequence: UInt64, dropped: UInt64, start: Int64, end: Int64)])
    func impossible(sequence: UInt64, dropped: UInt64, start: Int64, end: Int64) throws {
        let (first, _) = try open()
        first.append(minute(1))
        let reading = HostReading(start: start, end: end)
        let bytes = SpoolFile(producer: "p", sequence: sequence, dropped: dropped, reading: reading).bytes
        #expect(SpoolFile(bytes) == nil)
        for name in ["open", "18446744073709551615.reading", "00000000000000000009.reading"] {
            try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
        }
        let (second, open) = try open("q")
        #expect(open == nil && second.producer == "q")
        var minutes = OpenMinute(open)
        #expect(minutes.take(before: 120_000) == nil)
        second.append(minute(2))
        #expect(second.oldest(9).items.map(\.reading) == [minute(1)])
        second.settle(second.oldest(9).items)
        #expect(second.oldest(9).items.map(\.reading) == [minute(2)])
    }

    @Test("a folder that cannot be written to is an error, and no bytes of a file trap")
    func errors() throws {
        #expect(throws: SpoolError.self) {
            var reading: HostReading?
            _ = try ReadingSpool(folder: "/proc/none/there", newProducer: "p", open: &reading)
        }
        let bytes = SpoolFile(producer: "p", sequence: 7, dropped: 2, reading: minute(1)).bytes
        #expect(SpoolFile(bytes) == SpoolFile(producer: "p", sequence: 7, dropped: 2, reading: minute(1)))
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<2_000 {
            var odd = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))
            for _ in 0..<2 where !odd.isEmpty {
                odd[Int.random(in: 0..<odd.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            if let file = SpoolFile(odd) { #expect(SpoolFile(file.bytes) == file) }
        }
    }
}
