package import VenusCore

extension Checkpoint {
    private static let version: UInt8 = 1
    /// What the instances' part begins with.
    private static let instancesMark: UInt8 = 1

    /// The stored form of the cells: version, the keys, each once, and the cells, each with its key's place, its second
    /// as the distance from the one before, and its totals. Behind them, where there are any, a mark and the instances
    /// in the same way: readers that know of nothing there stop before it.
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
        if !instances.isEmpty { encodeInstances(into: &writer) }
        return writer.bytes
    }

    private func encodeInstances(into writer: inout ByteWriter) {
        var places: [InstanceKey: Int] = [:]
        var keys: [InstanceKey] = []
        for cell in instances where places[cell.key] == nil {
            places[cell.key] = keys.count
            keys.append(cell.key)
        }
        writer.append(byte: Self.instancesMark)
        writer.append(UInt64(keys.count))
        for key in keys { key.encode(into: &writer) }
        writer.append(UInt64(instances.count))
        var previous: Int64 = 0
        for cell in instances {
            writer.append(UInt64(places[cell.key, default: 0]))
            writer.append(signed: cell.second &- previous)
            cell.totals.encode(into: &writer)
            previous = cell.second
        }
    }

    package init(takenAtSeconds: Int64, encodedCells: [UInt8]) throws(EncodingError) {
        var reader = ByteReader(encodedCells)
        var cells: [Cell] = []
        try Self.readCells(&reader, size: encodedCells.count) { cells.append(Cell(second: $0, key: $1, totals: $2)) }
        self.init(takenAtSeconds: takenAtSeconds, cells: cells)
        // Of what a newer version may write behind, nothing is known.
        guard !reader.isAtEnd, try reader.readByte() == Self.instancesMark else { return }
        instances = try Self.readInstances(&reader, size: encodedCells.count)
    }

    /// Passes on the cells one by one: their second, key and totals.
    static func readCells(
        _ encodedCells: [UInt8], _ body: (Int64, SeriesKey, KPITotals) -> Void
    ) throws(EncodingError) {
        var reader = ByteReader(encodedCells)
        try readCells(&reader, size: encodedCells.count, body)
    }

    private static func readInstances(_ reader: inout ByteReader, size: Int) throws(EncodingError) -> [InstanceCell] {
        let keyCount = try reader.read(Int.self)
        guard keyCount <= size else { throw .corrupt }
        var keys: [InstanceKey] = []
        for _ in 0..<keyCount { keys.append(try InstanceKey(from: &reader)) }
        let cellCount = try reader.read(Int.self)
        guard cellCount <= size else { throw .corrupt }
        var instances: [InstanceCell] = []
        var previous: Int64 = 0
        for _ in 0..<cellCount {
            let place = try reader.read(Int.self)
            guard keys.indices.contains(place) else { throw .corrupt }
            previous = previous &+ (try reader.readSigned())
            instances.append(InstanceCell(second: previous, key: keys[place], totals: try KPITotals(from: &reader)))
        }
        return instances
    }

    private static func readCells(
        _ reader: inout ByteReader, size: Int, _ body: (Int64, SeriesKey, KPITotals) -> Void
    ) throws(EncodingError) {
        try reader.readVersion(upTo: Self.version)
        // Neither list can be longer than the bytes that hold it, so a wrong count reserves nothing.
        let keyCount = try reader.read(Int.self)
        guard keyCount <= size else { throw .corrupt }
        var keys: [SeriesKey] = []
        keys.reserveCapacity(keyCount)
        for _ in 0..<keyCount { keys.append(try SeriesKey(from: &reader)) }
        let cellCount = try reader.read(Int.self)
        guard cellCount <= size else { throw .corrupt }
        var previous: Int64 = 0
        for _ in 0..<cellCount {
            let place = try reader.read(Int.self)
            guard keys.indices.contains(place) else { throw .corrupt }
            previous = previous &+ (try reader.readSigned())
            body(previous, keys[place], try KPITotals(from: &reader))
        }
    }
}
