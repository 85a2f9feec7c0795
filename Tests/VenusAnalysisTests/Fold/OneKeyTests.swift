import TestSupport
import Testing
import VenusAnalysis
import VenusCallLog
import VenusCore

@Suite("Folding a block into one key") struct OneKeyTests {
    private let times = StepCells.Times(appendedAt: Samples.epoch * 1_000, nowSeconds: Samples.epoch)

    @Test("the same comes of it as of each operation with this key", arguments: [false, true])
    func sameAsByOperation(areAlike: Bool) throws {
        var random = SeededGenerator(seed: areAlike ? 21 : 22)
        var one = StepCells()
        var each = StepCells()
        var columns = CallColumns()
        for round in 0..<80 {
            // Of some blocks all calls end in one second, of others in one after the other, or in any.
            let spread: Int64 = [1, 900_000, 4_000_000][round % 3]
            let ends = (0..<Int.random(in: 1...300, using: &random)).map { _ in
                (Samples.epoch - 5) * 1_000_000 + Int64.random(in: 0..<spread, using: &random)
            }
            let block =
                areAlike
                ? alike(ends, using: &random)
                : Samples.block(Samples.producer("p"), first: 1, ends: ends, using: &random)
            let record = try CallsRecord(block)
            try columns.decode(record)
            let start = round % 4 == 3 ? Int.random(in: 0..<ends.count, using: &random) : 0
            let key = Int32(round % 5 * 40)
            one.fold(columns, from: start, t0: record.header.t0, key: key, times: times)
            let refused = each.fold(
                columns, from: start, t0: record.header.t0, keys: [key, key, key, key], times: times)
            #expect(refused == 0)
        }
        #expect(one.calls == each.calls && one.cellCount == each.cellCount)
        #expect(drained(&one) == drained(&each))
        #expect(one.isEmpty)
    }

    @Test("calls that are too old are refused, those of a clock that is ahead booked when they were appended")
    func clocks() throws {
        let appended = Samples.epoch * 1_000_000
        let oldest = appended - StepCells.maximumAgeSeconds * 1_000_000
        let calls = [oldest - 1, oldest, appended, appended + 2_000_001].map {
            Call(operation: 0, start: $0 - 10, duration: 10, outcome: .success)
        }
        let record = try CallsRecord(
            CallBlock(
                producer: Samples.producer("p"), first: 1, operations: Samples.operations, calls: calls))
        var columns = CallColumns()
        try columns.decode(record)
        var step = StepCells()
        step.fold(columns, from: 0, t0: record.header.t0, key: 0, times: times)
        #expect(step.calls == 3)
        #expect(
            drained(&step).mapValues { $0[0]?.calls } == [
                Samples.epoch - StepCells.maximumAgeSeconds: 1, Samples.epoch: 2,
            ])
    }

    /// Calls that all got a response.
    private func alike(_ ends: [Int64], using random: inout SeededGenerator) -> CallBlock {
        let calls = ends.map { end in
            var call = Samples.call(end: end, using: &random)
            call.outcome = [.success, .success, .clientError, .serverError].randomElement(using: &random)!
            call.errorType = nil
            call.flags = .reused
            return call
        }
        return CallBlock(
            producer: Samples.producer("p"), first: 1, operations: Samples.operations, calls: calls)
    }

    private func drained(_ step: inout StepCells) -> [Int64: [Int32: KPITotals]] {
        var found: [Int64: [Int32: KPITotals]] = [:]
        step.drain { second, key, totals in
            #expect(found[second, default: [:]].updateValue(totals, forKey: key) == nil)
        }
        return found
    }
}
