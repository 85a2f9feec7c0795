import VenusCore

/// The times of a step's calls as they came, each with its cell, and sorted by cell and bucket when the step ends: then
/// every cell has its histogram, sparse, as one run of buckets. While it grows a call costs four bytes, whatever the number
/// of cells and the span of their times, and nothing has to be zeroed, found or moved.
///
/// Cell 0 is nobody's: what is logged for it counts nowhere.
struct TimeLog: Sendable {
    /// Cells are below this: an entry of 32 bits holds one of them and a bucket. A step is committed long before
    /// (``AnalyzerConfiguration/maximumStepCells``, and what one reading of the log adds).
    static let maximumCells = 1 << (32 - placeBits)

    private static let placeBits: UInt32 = 11
    private static let placeMask: UInt32 = 1 << placeBits - 1

    /// A cell, and in the lowest bits the place of a time's bucket.
    private var entries: [UInt32] = []
    /// Of each cell where its run begins, and one more.
    private var starts: [UInt32] = [0]
    private var sorted: [UInt16] = []
    private var buffers = Buffers()

    /// Kept from step to step, so that nothing is allocated once they have grown.
    private struct Buffers {
        /// Places of a block's times.
        var places: [UInt16] = []
        var byPlace: [UInt32] = []
        var next: [UInt32] = []
    }

    /// Logs a time, in microseconds, for each of these cells.
    mutating func append(_ times: Span<UInt32>, cells: Span<UInt32>) {
        precondition(times.count == cells.count, "every time has a cell")
        Self.extend(&buffers.places, to: times.count)
        times.withUnsafeBufferPointer { times in
            buffers.places.withUnsafeMutableBufferPointer {
                BucketIndex.writePlaces(of: times, to: UnsafeMutableBufferPointer(rebasing: $0[..<times.count]))
            }
        }
        let first = entries.count
        entries.append(contentsOf: repeatElement(0, count: times.count))
        Self.pack(cells, buffers.places, into: &entries, from: first)
    }

    private static func pack(_ cells: Span<UInt32>, _ places: [UInt16], into entries: inout [UInt32], from first: Int) {
        let places = places.span
        var entries = entries.mutableSpan
        for position in 0..<cells.count {
            entries[first &+ position] = cells[position] &<< placeBits | UInt32(places[position])
        }
    }

    /// Sorts: first by bucket, then, keeping that order, by cell.
    ///
    /// - Parameter cellCount: more than any cell that was logged.
    mutating func sort(cellCount: Int) {
        precondition(cellCount <= Self.maximumCells, "a step is committed before it has so many cells")
        Self.extend(&sorted, to: entries.count)
        Self.reset(&starts, to: cellCount + 1)
        guard !entries.isEmpty else { return }
        var buffers = Buffers()
        swap(&buffers, &self.buffers)
        defer { swap(&buffers, &self.buffers) }
        Self.extend(&buffers.byPlace, to: entries.count)
        Self.reset(&buffers.next, to: BucketIndex.count + 1)
        Self.order(entries, &buffers.next, into: &buffers.byPlace, counting: &starts)
        Self.addUp(&starts)
        buffers.next.removeAll(keepingCapacity: true)
        buffers.next.append(contentsOf: starts)
        Self.group(buffers.byPlace, count: entries.count, &buffers.next, into: &sorted)
    }

    /// How many times a cell has; valid once sorted.
    func count(of cell: Int) -> Int { Int(starts[cell + 1] - starts[cell]) }

    /// The place of a cell's time of this rank, from 0; valid once sorted.
    func place(_ rank: Int, of cell: Int) -> UInt16 {
        precondition(rank < count(of: cell), "a rank among the cell's own")
        return sorted[Int(starts[cell]) + rank]
    }

    /// The places of a cell's times, ascending; valid once sorted.
    func run(of cell: Int) -> ArraySlice<UInt16> { sorted[Int(starts[cell])..<Int(starts[cell + 1])] }

    mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    /// Writes entries in the order of their places, and counts those of each cell: at the place behind its own.
    private static func order(
        _ entries: [UInt32], _ next: inout [UInt32], into ordered: inout [UInt32], counting cellCounts: inout [UInt32]
    ) {
        let entries = entries.span
        var next = next.mutableSpan
        for position in 0..<entries.count { next[Int(entries[position] & placeMask) &+ 1] &+= 1 }
        for place in 1..<next.count { next[place] &+= next[place &- 1] }
        var ordered = ordered.mutableSpan
        var cellCounts = cellCounts.mutableSpan
        for position in 0..<entries.count {
            let entry = entries[position]
            let place = Int(entry & placeMask)
            let target = next[place]
            next[place] = target &+ 1
            ordered[Int(target)] = entry
            cellCounts[Int(entry &>> placeBits) &+ 1] &+= 1
        }
    }

    /// Writes the places of each cell to where its run begins.
    private static func group(
        _ entries: [UInt32], count: Int, _ next: inout [UInt32], into places: inout [UInt16]
    ) {
        let entries = entries.span
        var next = next.mutableSpan
        var places = places.mutableSpan
        for position in 0..<count {
            let entry = entries[position]
            let cell = Int(entry &>> placeBits)
            let target = next[cell]
            next[cell] = target &+ 1
            places[Int(target)] = UInt16(truncatingIfNeeded: entry & placeMask)
        }
    }

    private static func addUp(_ counts: inout [UInt32]) {
        var counts = counts.mutableSpan
        for place in 1..<counts.count { counts[place] &+= counts[place &- 1] }
    }

    private static func extend<Number: FixedWidthInteger>(_ numbers: inout [Number], to count: Int) {
        guard numbers.count < count else { return }
        numbers.append(contentsOf: [Number](repeating: 0, count: max(count, 2 * numbers.count) - numbers.count))
    }

    private static func reset(_ numbers: inout [UInt32], to count: Int) {
        numbers.removeAll(keepingCapacity: true)
        numbers.append(contentsOf: repeatElement(0, count: count))
    }
}
