import CAllocations
import Testing
import TestSupport
import VenusAnalysis
import VenusCallLog

@Suite struct DecodingAllocationTests {
    /// Of a block with four operations: its fields, the names of its producer, and the names of the operations that are
    /// longer than 15 bytes. Lower it when the code gets better; raise it only on purpose.
    private static let perBlock: UInt64 = 20

    @Test("decoding a block asks for memory as often for 512 calls as for one")
    func decoding() throws {
        var random = SeededGenerator(seed: 9)
        var columns = CallColumns()
        var counts: [Int: UInt64] = [:]
        // The last round is told: by then the columns have grown.
        for _ in 0..<2 {
            for calls in [512, 100, 1] {
                let ends = Array(repeating: Samples.epoch * 1_000_000, count: calls)
                let block = Samples.block(Samples.producer("p"), first: 1, ends: ends, using: &random)
                let entry = LogEntry(
                    id: EntryID(milliseconds: UInt64(Samples.epoch) * 1_000, sequence: 0),
                    fields: BlockEncoder.entry(block))
                let before = allocations_of_this_thread()
                let decoded = BlockDecoder.decode(entry)
                guard case .calls(let record) = decoded else {
                    Issue.record("\(decoded)")
                    return
                }
                try columns.decode(record)
                counts[calls] = allocations_of_this_thread() - before
                #expect(columns.count == calls)
            }
        }
        let one = try #require(counts[1])
        #expect(one > 0)
        #expect(counts[100] == one)
        #expect(counts[512] == one)
        #expect(one <= Self.perBlock)
    }
}
