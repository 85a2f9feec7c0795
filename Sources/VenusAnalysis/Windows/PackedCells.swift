import VenusCore

/// The cells of a ring, oldest first, each packed into few bytes behind the one before. A cell costs what its numbers
/// need, and eight bytes: no object of its own.
struct PackedCells: Sendable {
    private struct Place {
        /// Seconds after ``base``.
        var start: Int32
        /// Where the cell's bytes begin.
        var offset: UInt32
    }

    /// A time near the cells', in seconds since the epoch: that of the first since there were none.
    private var base: Int64 = 0
    private var places: [Place] = []
    private var bytes: [UInt8] = []
    /// How many cells at the front have been removed, their room not yet.
    private var gone = 0

    var count: Int { places.count - gone }

    /// Seconds since the epoch.
    func start(of cell: Int) -> Int64 { base + Int64(places[gone + cell].start) }

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
        if bytes.count + writer.bytes.count > bytes.capacity || places.count == places.capacity {
            makeRoom(for: writer.bytes.count)
        }
        if places.isEmpty || Int32(exactly: start - base) == nil { rebase(to: start) }
        places.append(Place(start: Int32(start - base), offset: UInt32(bytes.count)))
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
            bytes.removeSubrange(Int(places[gone + place].offset)...)
            places.removeSubrange((gone + place)...)
        }
        append(totals, start: start)
        for cell in behind { append(cell.totals, start: cell.start) }
    }

    private func reader(of cell: Int) -> ByteReader {
        let first = Int(places[gone + cell].offset)
        let end = gone + cell + 1 < places.count ? Int(places[gone + cell + 1].offset) : bytes.count
        return ByteReader(bytes[first..<end])
    }

    /// Cells that a clock's jump left more than 68 years behind are then that far behind: no window covers either.
    private mutating func rebase(to start: Int64) {
        for place in places.indices {
            places[place].start = Int32(clamping: base + Int64(places[place].start) - start)
        }
        base = start
    }

    /// Leaves out what is gone, and takes a sixteenth more than there is: doubling would waste as much again.
    private mutating func makeRoom(for more: Int) {
        let firstByte = gone < places.count ? Int(places[gone].offset) : bytes.count
        var kept: [UInt8] = []
        kept.reserveCapacity((bytes.count - firstByte + more) * 17 / 16)
        kept.append(contentsOf: bytes[firstByte...])
        bytes = kept
        var keptPlaces: [Place] = []
        keptPlaces.reserveCapacity(max(4, (count + 2) * 17 / 16))
        for place in places[gone...] {
            keptPlaces.append(Place(start: place.start, offset: place.offset - UInt32(firstByte)))
        }
        places = keptPlaces
        gone = 0
    }
}
