import Testing
import TestSupport
import VenusCore
import VenusStore

@Suite("The stored form of checkpoints")
struct CheckpointEncodingTests {
    private static let sample: Checkpoint = {
        var generator = SeededGenerator(seed: 11)
        let cells = (0..<20).map { place in
            Cell(
                second: dayStart + Int64.random(in: -100...100, using: &generator), key: .sample("GET /\(place % 3)"),
                totals: .random(calls: 4, using: &generator))
        }
        return Checkpoint(takenAtSeconds: dayStart, cells: cells)
    }()

    @Test("cells are read back as they were, each key written once")
    func roundTrip() throws {
        let bytes = Self.sample.encodedCells
        #expect(try Checkpoint(takenAtSeconds: dayStart, encodedCells: bytes) == Self.sample)
        let name = Array("GET /1".utf8)
        #expect(bytes.indices.filter { bytes[$0...].starts(with: name) }.count == 1)
        let empty = Checkpoint(takenAtSeconds: 1, cells: [])
        #expect(try Checkpoint(takenAtSeconds: 1, encodedCells: empty.encodedCells) == empty)
    }

    @Test("bytes that end early are corrupt, those of a newer version are named so")
    func truncated() {
        let bytes = Self.sample.encodedCells
        for count in 0..<bytes.count {
            #expect(throws: EncodingError.corrupt) {
                try Checkpoint(takenAtSeconds: dayStart, encodedCells: Array(bytes[..<count]))
            }
        }
        #expect(throws: EncodingError.newerVersion(9)) {
            try Checkpoint(takenAtSeconds: dayStart, encodedCells: [9] + bytes.dropFirst())
        }
    }

    @Test("instances come behind the cells, where readers that know nothing of them do not look")
    func instances() throws {
        var generator = SeededGenerator(seed: 13)
        var checkpoint = Self.sample
        let before = checkpoint.encodedCells
        checkpoint.instances = (0..<10).map { place in
            InstanceCell(
                second: dayStart + Int64.random(in: -100...100, using: &generator),
                key: InstanceKey(environment: "test", service: "checkout", instance: "instance-\(place % 2)"),
                totals: .random(calls: 4, using: &generator))
        }
        let bytes = checkpoint.encodedCells
        #expect(bytes.starts(with: before))
        #expect(try Checkpoint(takenAtSeconds: dayStart, encodedCells: bytes) == checkpoint)
        for count in before.count + 1..<bytes.count {
            #expect(throws: EncodingError.corrupt) {
                try Checkpoint(takenAtSeconds: dayStart, encodedCells: Array(bytes[..<count]))
            }
        }
        // What a later version puts there, or behind it, is left alone.
        #expect(try Checkpoint(takenAtSeconds: dayStart, encodedCells: before + [9, 1, 2]) == Self.sample)
        #expect(try Checkpoint(takenAtSeconds: dayStart, encodedCells: bytes + [2, 5]) == checkpoint)
    }

    @Test("damaged bytes never crash the reader")
    func damaged() {
        var generator = SeededGenerator(seed: 12)
        let bytes = Self.sample.encodedCells
        for _ in 0..<2_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                damaged[Int.random(in: damaged.indices, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            _ = try? Checkpoint(takenAtSeconds: dayStart, encodedCells: damaged)
        }
    }
}
