import Testing
import VenusCore

@Suite("Buckets of a column of durations")
struct BucketColumnsTests {
    private func places(of values: [UInt32]) -> [Int] {
        var places = [UInt16](repeating: .max, count: values.count)
        values.withUnsafeBufferPointer { values in
            places.withUnsafeMutableBufferPointer { BucketIndex.writePlaces(of: values, to: $0) }
        }
        return places.map { Int($0) }
    }

    private func expectSame(_ values: [UInt32]) {
        let found = places(of: values)
        let wrong = zip(values, found).filter { BucketIndex.index(microseconds: $0) - BucketIndex.lowest != $1 }
        #expect(wrong.isEmpty)
    }

    @Test("are the table's at each of the 2,032 boundaries, and one unit to either side of it")
    func boundaries() {
        // Places rise with the value in both, so that equal at every step means equal everywhere.
        var values: [UInt32] = []
        for index in BucketIndex.lowest...BucketIndex.highest + 1 {
            let below = UInt32((BucketIndex.lowerBound(index) * 1_000_000).rounded(.down))
            values += [below &- (below > 0 ? 1 : 0), below, below + 1, below + 2]
        }
        #expect(values.count == 4 * 2_033)
        expectSame(values)
    }

    @Test("are the table's in between, up to values beyond the ends")
    func anywhere() {
        var generator = SeededGenerator(seed: 11)
        expectSame((0..<100_000).map { _ in generator.microseconds() })
        expectSame((0..<100_000).map { _ in UInt32.random(in: 0...UInt32.max, using: &generator) })
        expectSame(Array(0..<100_000))
        expectSame(Array(UInt32.max - 99...UInt32.max))
    }

    @Test("do not depend on how long the column is", arguments: 0...40)
    func lengths(_ count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        expectSame((0..<count).map { _ in generator.microseconds() })
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
