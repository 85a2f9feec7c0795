/// The times of a step's calls, in microseconds, by cell: each cell has a chain of chunks, and a time is written behind
/// the last one of its cell. So it is moved once, to where all that follows works on one cell's times at a time, and
/// their histogram (``CellHistograms``) stays in the cache while it is counted.
///
/// Cell 0 is nobody's: what is written for it counts nowhere.
///
/// Bound: four bytes a time, and a chunk of 192 for each cell that has any; a step is committed long before its times
/// number 2^32 (``AnalyzerConfiguration/maximumStepCalls``).
struct TimeChunks: Sendable {
    /// A multiple of eight (``DurationColumn``), and an odd number of cache lines: with an even one all cells that fill
    /// their chunks at the same pace would write to a part of the cache's sets.
    private static let timesPerChunk = 48

    /// Chunks, one behind the other.
    private var times: [UInt32] = []
    /// Of each chunk where the one before it ends, or 0 where it is the first of its cell.
    private var previous: [UInt32] = []
    private var chunkCount = 0
    /// Of each cell, in its last chunk.
    private var tails: [Tail] = []

    /// Places in `times`, both 0 where a cell has none.
    private struct Tail {
        /// Behind the last time.
        var end: UInt32 = 0
        /// Behind the chunk.
        var limit: UInt32 = 0
    }

    /// Times of a cell that has several chunks, one behind the other; kept so that nothing is allocated.
    private var gathered: [UInt32] = []

    /// Begins cells up to `count`.
    mutating func addCells(upTo count: Int) {
        guard tails.count < count else { return }
        tails.append(contentsOf: repeatElement(Tail(), count: count - tails.count))
    }

    mutating func removeAll() {
        tails.removeAll(keepingCapacity: true)
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
                tails.withUnsafeMutableBufferPointer { tails in
                    for place in 0..<values.count {
                        let cell = Int(cells[place])
                        precondition(cell < tails.count, "a cell that was begun")
                        var end = tails[cell].end
                        let limit = tails[cell].limit
                        if end == limit {
                            previous[Int(chunks)] = end
                            end = chunks &* UInt32(Self.timesPerChunk)
                            chunks &+= 1
                            tails[cell].limit = chunks &* UInt32(Self.timesPerChunk)
                        }
                        // Within the cell's last chunk, which there is room for.
                        times[Int(end)] = values[place]
                        tails[cell].end = end &+ 1
                    }
                }
            }
        }
        chunkCount = Int(chunks)
    }

    /// Writes all times for one cell.
    mutating func append(_ values: Span<UInt32>, cell: UInt32) {
        makeRoom(for: chunkCount + values.count / Self.timesPerChunk + 1)
        var place = 0
        while place < values.count {
            var tail = tails[Int(cell)]
            if tail.end == tail.limit {
                previous[chunkCount] = tail.end
                tail.end = UInt32(chunkCount * Self.timesPerChunk)
                chunkCount += 1
                tail.limit = UInt32(chunkCount * Self.timesPerChunk)
            }
            let count = min(values.count - place, Int(tail.limit - tail.end))
            let end = Int(tail.end)
            var times = self.times.mutableSpan
            for value in 0..<count { times[end + value] = values[place + value] }
            tails[Int(cell)] = Tail(end: tail.end + UInt32(count), limit: tail.limit)
            place += count
        }
    }

    /// Makes the histogram of each cell, in the cells' order; that of cell 0 is empty.
    mutating func count(into histograms: inout CellHistograms) {
        histograms.removeAll()
        var gathered: [UInt32] = []
        var times: [UInt32] = []
        swap(&gathered, &self.gathered)
        swap(&times, &self.times)
        defer {
            swap(&gathered, &self.gathered)
            swap(&times, &self.times)
        }
        times.withUnsafeMutableBufferPointer { times in
            for cell in tails.indices {
                let end = Int(tails[cell].end)
                guard cell > 0, end > 0 else {
                    histograms.appendEmpty()
                    continue
                }
                let limit = Int(tails[cell].limit)
                let last = limit - Self.timesPerChunk
                let chunk = UnsafeMutableBufferPointer(rebasing: times[last..<limit])
                let previous = previous[last / Self.timesPerChunk]
                guard previous > 0 else {
                    histograms.append(chunk, count: end - last)
                    continue
                }
                let rest = UnsafeBufferPointer(rebasing: chunk[..<(end - last)])
                let count = gather(previous, and: rest, of: UnsafeBufferPointer(times), into: &gathered)
                gathered.withUnsafeMutableBufferPointer { histograms.append($0, count: count) }
            }
        }
    }

    /// Copies the full chunks that end at `end` and before, and the rest; returns how many times that are. There is
    /// room for a chunk behind them.
    private func gather(
        _ end: UInt32, and rest: UnsafeBufferPointer<UInt32>, of times: UnsafeBufferPointer<UInt32>,
        into gathered: inout [UInt32]
    ) -> Int {
        var count = 0
        var end = Int(end)
        let length = Self.timesPerChunk
        Self.extend(&gathered, to: rest.count + length)
        gathered.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: rest) }
        count = rest.count
        while end > 0 {
            Self.extend(&gathered, to: count + 2 * length)
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
