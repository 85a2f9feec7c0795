import Testing
import TestSupport
import VenusCore

@Suite("Buckets of a column of durations")
struct BucketTableTests {
    private let table = BucketTable.shared

    /// Counts, sum and extremes of a column are those of its durations one by one.
    private func expectSame(_ values: [UInt32]) {
        let count = values.count
        // What is behind the durations is lost, and beyond the last group nobody's.
        var room = values + [UInt32](repeating: 4_711, count: (count + 7) / 8 * 8 - count) + [12_345]
        var expected = [UInt32](repeating: 0, count: BucketIndex.count)
        for value in values { expected[BucketIndex.index(microseconds: value) - BucketIndex.lowest] += 1 }
        var counts = [UInt32](repeating: 0, count: BucketIndex.count)
        room.withUnsafeMutableBufferPointer { room in
            let column = DurationColumn(.init(rebasing: room.dropLast()), count: count, table)
            #expect(column.sum == values.reduce(0) { $0 + UInt64($1) })
            #expect(column.minimum == values.min())
            #expect(column.maximum == values.max())
            #expect(Int(column.first) == expected.firstIndex { $0 > 0 })
            #expect(Int(column.last) == expected.lastIndex { $0 > 0 })
            counts.withUnsafeMutableBufferPointer { table.count(column, first: 0, in: $0) }
        }
        #expect(counts == expected)
        #expect(room.last == 12_345)
        #expect(Array(room[..<count]) == values)
    }

    @Test("are the table's at each of the 2,032 boundaries, and one unit to either side of it")
    func boundaries() {
        // Places rise with the value in both, so that equal at every step means equal everywhere.
        var values: [UInt32] = []
        for index in BucketIndex.lowest...BucketIndex.highest + 1 {
            let below = UInt32((BucketIndex.lowerBound(index) * 1_000_000).rounded(.down))
            let around = [below &- (below > 0 ? 1 : 0), below, below + 1, below + 2]
            for value in around {
                #expect(Int(table.place(of: value)) == BucketIndex.index(microseconds: value) - BucketIndex.lowest)
            }
            expectSame(around)
            values += around
        }
        #expect(values.count == 4 * 2_033)
        expectSame(values)
        expectSame(values.filter { $0 < 1 << 24 })
    }

    @Test("are the table's in between, up to values beyond the ends")
    func anywhere() {
        var generator = SeededGenerator(seed: 11)
        expectSame((0..<100_000).map { _ in generator.microseconds() })
        expectSame((0..<100_000).map { _ in UInt32.random(in: 0...UInt32.max, using: &generator) })
        expectSame(Array(0..<100_000))
        expectSame(Array(UInt32.max - 99...UInt32.max))
        // The largest that add up without being looked at one by one, and the smallest that do not.
        expectSame(Array(repeating: 1 << 24 - 1, count: 5_000))
        expectSame(Array(repeating: 1 << 24, count: 5_000))
        for position in 0..<20 {
            var values = (0..<20).map { _ in UInt32.random(in: 1...1 << 24 - 1, using: &generator) }
            values[position] = [0, 1 << 24, 1 << 31, .max][position % 4]
            expectSame(values)
        }
    }

    @Test("do not depend on how long the column is", arguments: 1...40)
    func lengths(_ count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        expectSame((0..<count).map { _ in generator.microseconds() })
        expectSame((0..<count).map { _ in UInt32.random(in: 1...1 << 24 - 1, using: &generator) })
    }

    @Test("fit into eight bits up to 255 of them, whatever fills the last group")
    func eightBits() {
        var room = [UInt32](repeating: 5_000, count: 256)
        var counts: [UInt8] = [0, 0]
        room.withUnsafeMutableBufferPointer { room in
            let column = DurationColumn(room, count: 255, table)
            counts.withUnsafeMutableBufferPointer { table.count(column, first: column.first, in: $0) }
        }
        #expect(counts == [255, 0])
    }

    @Test("by the table are exact for seconds that differ from a boundary in their last bit alone")
    func lastBit() {
        for index in BucketIndex.lowest + 1...BucketIndex.highest {
            let boundary = BucketIndex.lowerBound(index)
            #expect(BucketIndex.index(seconds: boundary.nextDown) == index - 1)
            #expect(BucketIndex.index(seconds: boundary) == index - 1)
            #expect(BucketIndex.index(seconds: boundary.nextUp) == index)
        }
    }

    @Test(
        "by the table of what is no duration are the outermost",
        arguments: [
            (0, BucketIndex.lowest), (-1, BucketIndex.lowest), (.nan, BucketIndex.lowest),
            (-.infinity, BucketIndex.lowest), (.leastNonzeroMagnitude, BucketIndex.lowest),
            (1e-300, BucketIndex.lowest),
            (.infinity, BucketIndex.highest), (1e300, BucketIndex.highest),
        ] as [(Double, Int)])
    func noDuration(_ seconds: Double, _ index: Int) { #expect(BucketIndex.index(seconds: seconds) == index) }
}
