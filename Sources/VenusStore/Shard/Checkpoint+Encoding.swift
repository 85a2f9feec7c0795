package import VenusCore

extension Checkpoint {
    private static let version: UInt8 = 1

    /// The stored form of the cells: version, the keys, each once, and the cells, each with its key's place, its second
    /// as the distance from the one before, and its totals.
    package var encodedCells: [UInt8] {
        var places: [SeriesKey: Int] = [:]
        var keys: [SeriesKey] = []
        for cell in cells where places[cell.key] == nil {
            places[cell.key] = keys.count
            keys.append(cell.key)
        }
        var writer = ByteWriter()
        writer.append(byte: Self.version)
        writer.append(UInt64(keys.count))
        for key in keys { key.encode(into: &writer) }
        writer.append(UInt64(cells.count))
        var previous: Int64 = 0
        for cell in cells {
            writer.append(UInt64(places[cell.key, default: 0]))
            writer.append(signed: cell.second &- previous)
            cell.totals.encode(into: &writer)
            previous = cell.second
        }
        return writer.bytes
    }

    package init(takenAtSeconds: Int64, encodedCells: [UInt8]) throws(EncodingError) {
        var cells: [Cell] = []
        try Self.readCells(encodedCells) { cells.append(Cell(second: $0, key: $1, totals: $2)) }
        self.init(takenAtSeconds: takenAtSeconds, cells: cells)
    }

    /// Passes on the cells one by one: their second, key and totals.
    static func readCells(
        _ encodedCells: [UInt8], _ body: (Int64, SeriesKey, KPITotals) -> Void
    ) throws(EncodingError) {
        var reader = ByteReader(encodedCells)
        let version = try reader.readByte()
        guard version <= Self.version else { throw .newerVersion(version) }
        // Neither list can be longer than the bytes that hold it, so a wrong count reserves nothing.
        let keyCount = try reader.read(Int.self)
        guard keyCount <= encodedCells.count else { throw .corrupt }
        var keys: [SeriesKey] = []
        keys.reserveCapacity(keyCount)
        for _ in 0..<keyCount { keys.append(try SeriesKey(from: &reader)) }
        let cellCount = try reader.read(Int.self)
        guard cellCount <= encodedCells.count else { throw .corrupt }
        var previous: Int64 = 0
        for _ in 0..<cellCount {
            let place = try reader.read(Int.self)
            guard keys.indices.contains(place) else { throw .corrupt }
            previous = previous &+ (try reader.readSigned())
            body(previous, keys[place], try KPITotals(from: &reader))
        }
    }
}
