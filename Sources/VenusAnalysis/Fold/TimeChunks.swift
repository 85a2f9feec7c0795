/// The times of a step's calls, in microseconds, by cell: each cell has a chain of chunks, and a time is written behind
/// the last one of its cell. So it is moved once, to where all that follows works on one cell's times at a time, and
/// their histogram (``CellHistograms``) stays in the cache while it is counted.
///
/// Cell 0 is nobody's: what is written for it counts nowhere.
///
/// Bound: four bytes a time, and a chunk of 256 for each cell that has any; a step is committed long before its times
/// number 2^32 (``AnalyzerConfiguration/maximumStepCalls``).
struct TimeChunks: Sendable {
    private static let timesPerChunk = 64

    /// Chunks, one behind the other.
    private var times: [UInt32] = []
    /// Of each chunk what `ends` had when it was begun: where the chunk before it ends, or 0 where it is the first.
    private var previous: [UInt32] = []
    private var chunkCount = 0
    /// Of each cell the place in `times` behind its last one; 0 where it has none. A multiple of a chunk's length is that
    /// of a full chunk.
    private var ends: [UInt32] = []
    /// Times of a cell that has several chunks, one behind the other; kept so that nothing is allocated.
    private var gathered: [UInt32] = []

    mutating func addCell() { ends.append(0) }

    mutating func removeAll() {
        ends.removeAll(keepingCapacity: true)
        chunkCount = 0
    }

    /// Writes a time for each of these cells.
    mutating func append(_ values: Span<UInt32>, cells: Span<UInt32>) {
        precondition(values.count == cells.count, "every time has a cell")
        // Each may begin a chunk.
        makeRoom(for: chunkCount + values.count)
        var chunks = UInt32(chunkCount)
        times.withUnsafeMutableBufferPointer { times in
            previous.withUnsafeMutableBufferPointer { previous in
                ends.withUnsafeMutableBufferPointer { ends in
                    for place in 0..<values.count {
                        let cell = Int(cells[place])
                        precondition(cell < ends.count, "a cell that was begun")
                        var end = ends[cell]
                        if end % UInt32(Self.timesPerChunk) == 0 {
                            previous[Int(chunks)] = end
                            end = chunks &* UInt32(Self.timesPerChunk)
                            chunks &+= 1
                        }
                        // Within the cell's last chunk, which there is room for.
                        times[Int(end)] = values[place]
                        ends[cell] = end &+ 1
                    }
                }
            }
        }
        chunkCount = Int(chunks)
    }

    /// Makes the histogram of each cell, in the cells' order; that of cell 0 is empty.
    mutating func count(into histograms: inout CellHistograms) {
        histograms.removeAll()
        var gathered: [UInt32] = []
        swap(&gathered, &self.gathered)
        defer { swap(&gathered, &self.gathered) }
        times.withUnsafeBufferPointer { times in
            for cell in ends.indices {
                let end = Int(ends[cell])
                guard cell > 0, end > 0 else {
                    histograms.appendEmpty()
                    continue
                }
                let last = (end - 1) / Self.timesPerChunk
                let rest = UnsafeBufferPointer(rebasing: times[last * Self.timesPerChunk..<end])
                guard previous[last] > 0 else {
                    histograms.append(rest)
                    continue
                }
                let count = gather(previous[last], and: rest, of: times, into: &gathered)
                gathered.withUnsafeBufferPointer { histograms.append(UnsafeBufferPointer(rebasing: $0[..<count])) }
            }
        }
    }

    /// Copies the full chunks that end at `end` and before, and the rest; returns how many times that are.
    private func gather(
        _ end: UInt32, and rest: UnsafeBufferPointer<UInt32>, of times: UnsafeBufferPointer<UInt32>,
        into gathered: inout [UInt32]
    ) -> Int {
        var count = 0
        var end = Int(end)
        let length = Self.timesPerChunk
        Self.extend(&gathered, to: rest.count)
        gathered.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: rest) }
        count = rest.count
        while end > 0 {
            Self.extend(&gathered, to: count + length)
            gathered.withUnsafeMutableBufferPointer {
                let chunk = UnsafeBufferPointer(rebasing: times[end - length..<end])
                _ = UnsafeMutableBufferPointer(rebasing: $0[count...]).update(fromContentsOf: chunk)
            }
            count += length
            end = Int(previous[end / length - 1])
        }
        return count
    }

    private mutating func makeRoom(for chunks: Int) {
        Self.extend(&previous, to: chunks)
        Self.extend(&times, to: chunks * Self.timesPerChunk)
    }

    private static func extend(_ numbers: inout [UInt32], to count: Int) {
        guard numbers.count < count else { return }
        numbers.append(contentsOf: repeatElement(0, count: max(count, 2 * numbers.count) - numbers.count))
    }
}
