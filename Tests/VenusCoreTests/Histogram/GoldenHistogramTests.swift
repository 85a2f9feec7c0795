import Foundation
import Testing
import VenusCore

@Suite("Histograms that earlier versions stored")
struct GoldenHistogramTests {
    /// What each checked-in file holds.
    private static let contents: [String: [UInt32]] = [
        "empty": [],
        "one": [1_000_000],
        "ends": [0, 1, 2, 3_600_000_000, .max],
        "squares": (1...2_000).map { 3 * $0 * $0 },
        "many-in-one": Array(repeating: 250_000, count: 100_000),
        "two-humps": (0..<500).map { 900 + $0 } + (0..<50).map { 2_000_000 + 1_000 * $0 },
    ]

    private static let directory = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Corpus/Histograms")

    @Test("are read, and written again to the last byte", arguments: contents.keys.sorted())
    func golden(_ name: String) throws {
        let stored = [UInt8](
            try Data(contentsOf: Self.directory.appendingPathComponent(name + ".histogram")))
        var expected = LatencyHistogram()
        for value in try #require(Self.contents[name]) { expected.record(value) }
        var reader = ByteReader(stored)
        let read = try LatencyHistogram(from: &reader)
        #expect(reader.isAtEnd)
        #expect(read == expected)
        #expect(read.encoded == stored)
        #expect(expected.encoded == stored)
    }

    @Test("are all known here")
    func complete() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.directory.path)
            .filter { $0.hasSuffix(".histogram") }.map { $0.replacingOccurrences(of: ".histogram", with: "") }
        #expect(names.sorted() == Self.contents.keys.sorted())
    }
}
