import Foundation
import VenusAnalysis

/// The file that Venus and its peers read: four columns one behind the other, little-endian: ends (Int64, µs since the
/// epoch), durations (UInt32, µs), edges (UInt16) and outcomes (UInt8).
struct CallFile {
    static let bytesPerCall = 15
    static let callsPerBlock = 512

    /// Blocks as the analyzer decodes them, but without their text; none goes on into a further second, so that the
    /// cells of a second are complete when it is over.
    let blocks: [CallColumns]
    let count: Int
    let edges: Int
    /// Microseconds since the epoch.
    let t0: Int64
    /// From the first to the last.
    let seconds: Int

    init(_ path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        let count = data.count / Self.bytesPerCall
        var ends = Self.column(Int64.self, of: data, at: 0, count: count)
        let durations = Self.column(UInt32.self, of: data, at: 8 * count, count: count)
        let edges = Self.column(UInt16.self, of: data, at: 12 * count, count: count)
        let outcomes = Self.column(UInt8.self, of: data, at: 14 * count, count: count)
        let t0 = ends.min() ?? 0
        for place in ends.indices { ends[place] -= t0 }
        var blocks: [CallColumns] = []
        var start = 0
        for place in 1...count {
            let isFull = place - start == Self.callsPerBlock
            guard isFull || place == count || (t0 + ends[place]) / 1_000_000 != (t0 + ends[start]) / 1_000_000 else {
                continue
            }
            blocks.append(
                CallColumns(
                    operations: Array(edges[start..<place]), ends: Array(ends[start..<place]),
                    durations: Array(durations[start..<place]), outcomes: Array(outcomes[start..<place])))
            start = place
        }
        self.blocks = blocks
        self.count = count
        self.edges = Int(edges.max() ?? 0) + 1
        self.t0 = t0
        seconds = Int((t0 + (ends.max() ?? 0)) / 1_000_000 - t0 / 1_000_000) + 1
    }

    private static func column<Number: FixedWidthInteger>(
        _: Number.Type, of data: Data, at offset: Int, count: Int
    ) -> [Number] {
        Array(unsafeUninitializedCapacity: count) { column, initialized in
            let bytes = offset..<offset + count * MemoryLayout<Number>.size
            initialized = data.copyBytes(to: column, from: bytes) / MemoryLayout<Number>.size
        }
    }
}
