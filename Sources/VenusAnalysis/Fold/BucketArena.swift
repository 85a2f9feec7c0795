import VenusCore

/// Many latency histograms in one flat array: of each, only the span of buckets that it has used. A span that must
/// grow moves to the end of the array and at least doubles, so that moving costs little on the whole.
struct BucketArena {
    private struct Extent {
        /// The first bucket, counted from ``BucketIndex/lowest``.
        var first: Int32 = 0
        var count: Int32 = 0
        /// Place of the first bucket in `storage`.
        var start = 0
    }

    private var extents: [Extent] = []
    private var storage: [UInt32] = []

    /// Room used, in buckets of four bytes.
    var bucketsUsed: Int { storage.count }

    /// Begins a further histogram; its number is the count of those before it.
    mutating func addHistogram() { extents.append(Extent()) }

    @inline(__always)
    mutating func record(_ microseconds: UInt32, in histogram: Int) {
        let bucket = Int32(truncatingIfNeeded: BucketIndex.index(microseconds: microseconds) - BucketIndex.lowest)
        let extent = extents[histogram]
        let place = bucket - extent.first
        if place >= 0, place < extent.count {
            storage[extent.start + Int(place)] &+= 1
        } else {
            grow(histogram, toHold: bucket)
            let extent = extents[histogram]
            storage[extent.start + Int(bucket - extent.first)] &+= 1
        }
    }

    func histogram(_ number: Int, sum: UInt64, minimum: UInt32, maximum: UInt32) -> LatencyHistogram {
        let extent = extents[number]
        guard extent.count > 0 else { return LatencyHistogram() }
        return LatencyHistogram(
            first: Int(extent.first) + BucketIndex.lowest,
            counts: storage[extent.start..<extent.start + Int(extent.count)], sum: sum, minimum: minimum,
            maximum: maximum)
    }

    mutating func removeAll() {
        extents.removeAll(keepingCapacity: true)
        storage.removeAll(keepingCapacity: true)
    }

    @inline(never)
    private mutating func grow(_ histogram: Int, toHold bucket: Int32) {
        let old = extents[histogram]
        let step = max(Self.smallestSpan, old.count)
        var first: Int32
        var end: Int32
        if old.count == 0 {
            first = bucket - step / 2
            end = first + step
        } else if bucket < old.first {
            first = min(bucket, old.first - step)
            end = old.first + old.count
        } else {
            first = old.first
            end = max(bucket + 1, old.first + old.count + step)
        }
        first = max(0, first)
        end = min(Int32(BucketIndex.count), end)
        let start = storage.count
        storage.append(contentsOf: repeatElement(0, count: Int(end - first)))
        let shift = start + Int(old.first - first)
        for place in 0..<Int(old.count) { storage[shift + place] = storage[old.start + place] }
        extents[histogram] = Extent(first: first, count: end - first, start: start)
    }

    /// Half an octave: calls of one operation rarely stay within less.
    private static let smallestSpan: Int32 = 32
}
