import VenusCore

/// The cells of a ring, oldest first, each packed into few bytes behind the one before. A cell costs what its numbers
/// need, and twelve bytes: no object of its own.
struct PackedCells: Sendable {
    /// Seconds since the epoch.
    private var starts: [Int64] = []
    /// Where each cell's bytes begin.
    private var offsets: [UInt32] = []
    private var bytes: [UInt8] = []
    /// How many cells at the front have been removed, their room not yet.
    private var gone = 0

    var count: Int { starts.count - gone }

    func start(of cell: Int) -> Int64 { starts[gone + cell] }

    func totals(of cell: Int) -> KPITotals { unpack(cell, withHistograms: true) }

    /// The same, but for the histograms, which are empty.
    func counts(of cell: Int) -> KPITotals { unpack(cell, withHistograms: false) }

    /// The extremes of a cell's histograms alone.
    func extremes(of cell: Int) -> (duration: KPITotals.Extremes?, ttfb: KPITotals.Extremes?) {
        var reader = reader(of: cell)
        guard let extremes = try? KPITotals.extremes(packed: &reader) else {
            preconditionFailure("a packed cell cannot be read")
        }
        return extremes
    }

    private func unpack(_ cell: Int, withHistograms: Bool) -> KPITotals {
        var reader = reader(of: cell)
        // The bytes were written by `append`, and what `pack` writes is read.
        guard let totals = try? KPITotals(packed: &reader, withHistograms: withHistograms) else {
            preconditionFailure("a packed cell cannot be read")
        }
        return totals
    }

    mutating func append(_ totals: KPITotals, start: Int64) {
        var writer = ByteWriter()
        totals.pack(into: &writer)
        if bytes.count + writer.bytes.count > bytes.capacity || starts.count == starts.capacity {
            makeRoom(for: writer.bytes.count)
        }
        starts.append(start)
        offsets.append(UInt32(bytes.count))
        bytes.append(contentsOf: writer.bytes)
    }

    mutating func removeFirst(_ number: Int) {
        gone += number
        if count == 0 { self = PackedCells() }
    }

    /// Puts a cell before that at `place`, or in its place. Costs what there is behind it.
    mutating func insert(_ totals: KPITotals, start: Int64, at place: Int, replacing: Bool) {
        var behind: [(start: Int64, totals: KPITotals)] = []
        for cell in (replacing ? place + 1 : place)..<count {
            behind.append((self.start(of: cell), self.totals(of: cell)))
        }
        if place < count {
            bytes.removeSubrange(Int(offsets[gone + place])...)
            starts.removeSubrange((gone + place)...)
            offsets.removeSubrange((gone + place)...)
        }
        append(totals, start: start)
        for cell in behind { append(cell.totals, start: cell.start) }
    }

    private func reader(of cell: Int) -> ByteReader {
        let first = Int(offsets[gone + cell])
        let end = gone + cell + 1 < offsets.count ? Int(offsets[gone + cell + 1]) : bytes.count
        return ByteReader(bytes[first..<end])
    }

    /// Leaves out what is gone, and takes a sixteenth more than there is: doubling would waste as much again.
    private mutating func makeRoom(for more: Int) {
        let firstByte = gone < offsets.count ? Int(offsets[gone]) : bytes.count
        var kept: [UInt8] = []
        kept.reserveCapacity((bytes.count - firstByte + more) * 17 / 16)
        kept.append(contentsOf: bytes[firstByte...])
        bytes = kept
        var keptStarts: [Int64] = []
        var keptOffsets: [UInt32] = []
        keptStarts.reserveCapacity(max(4, (count + 2) * 17 / 16))
        keptOffsets.reserveCapacity(max(4, (count + 2) * 17 / 16))
        for cell in gone..<starts.count {
            keptStarts.append(starts[cell])
            keptOffsets.append(offsets[cell] - UInt32(firstByte))
        }
        starts = keptStarts
        offsets = keptOffsets
        gone = 0
    }
}
