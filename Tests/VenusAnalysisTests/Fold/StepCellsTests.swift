import Testing
import TestSupport
import VenusAnalysis
import VenusCallLog
import VenusCore

@Suite struct StepCellsTests {
    private let times = StepCells.Times(appendedAt: Samples.epoch * 1_000, nowSeconds: Samples.epoch)

    @Test("cells are what the calls add up to, one by one")
    func sameAsRecording() throws {
        var random = SeededGenerator(seed: 4)
        var step = StepCells()
        var columns = CallColumns()
        for _ in 0..<3 {
            var expected: [Int64: [Int32: KPITotals]] = [:]
            for _ in 0..<40 {
                let ends = (0..<100).map { _ in
                    (Samples.epoch - 5) * 1_000_000 + Int64.random(in: 0..<4_000_000, using: &random)
                }
                let block = Samples.block(Samples.producer("p"), first: 1, ends: ends, using: &random)
                let record = try CallsRecord(block)
                try columns.decode(record)
                let start = Int.random(in: 0..<100, using: &random)
                let refused = step.fold(
                    columns, from: start, t0: record.header.t0, keys: [7, 0, 9, 2], times: times)
                #expect(refused == 0)
                for call in block.calls[start...] {
                    let key: Int32 = [7, 0, 9, 2][call.operation]
                    expected[(call.start + Int64(call.duration)) / 1_000_000, default: [:]][key, default: KPITotals()]
                        .record(call)
                }
            }
            var found: [Int64: [Int32: KPITotals]] = [:]
            var last = Int64.min
            step.drain { second, key, totals in
                #expect(second >= last)
                last = second
                #expect(found[second, default: [:]].updateValue(totals, forKey: key) == nil)
            }
            #expect(found == expected)
            #expect(step.isEmpty)
        }
    }

    @Test(
        "cells are found again, in whatever order the calls of how many seconds come",
        arguments: [3, 9, 200] as [Int64])
    func anyOrder(seconds: Int64) throws {
        var random = SeededGenerator(seed: UInt64(seconds))
        var step = StepCells()
        var columns = CallColumns()
        var expected: [Int64: [Int32: KPITotals]] = [:]
        for round in 0..<60 {
            let ends = (0..<Int.random(in: 1...200, using: &random)).map { _ in
                (Samples.epoch - seconds) * 1_000_000 + Int64.random(in: 0..<seconds * 1_000_000, using: &random)
            }
            let block = Samples.block(Samples.producer("p"), first: 1, ends: ends, using: &random)
            let record = try CallsRecord(block)
            try columns.decode(record)
            // Keys beyond those of the blocks before, so that room has to be made while cells are known.
            let keys = [0, 1, 2, 3].map { Int32($0 + round / 20 * 100) }
            _ = step.fold(columns, from: 0, t0: record.header.t0, keys: keys, times: times)
            for call in block.calls {
                let key = keys[call.operation]
                expected[(call.start + Int64(call.duration)) / 1_000_000, default: [:]][key, default: KPITotals()]
                    .record(call)
            }
        }
        var found: [Int64: [Int32: KPITotals]] = [:]
        step.drain { second, key, totals in
            #expect(found[second, default: [:]].updateValue(totals, forKey: key) == nil)
        }
        #expect(found == expected)
    }

    @Test(
        "a cell that was closed has the quantiles of its histogram, with few calls and with many",
        arguments: [1, 2, 20])
    func quantiles(blocks: Int) throws {
        var random = SeededGenerator(seed: 12)
        var step = StepCells()
        var columns = CallColumns()
        for _ in 0..<blocks {
            let ends = (0..<300).map { _ in
                (Samples.epoch - 1) * 1_000_000 + Int64.random(in: 0..<900_000, using: &random)
            }
            let record = try CallsRecord(Samples.block(Samples.producer("p"), first: 1, ends: ends, using: &random))
            try columns.decode(record)
            _ = step.fold(columns, from: 0, t0: record.header.t0, keys: [0, 1, 2, 3], times: times)
        }
        let cells = step.close()
        #expect(cells.count == 4)
        for cell in cells {
            let totals = step.totals(of: cell)
            #expect(UInt64(step.timedCount(of: cell)) == totals.duration.count)
            #expect(step.durationSum(of: cell) == totals.duration.sum)
            #expect(step.count(of: .success, in: cell) == totals.success)
            #expect(step.count(of: .denied, in: cell) == totals.denied)
            for hundredths in 0...100 {
                let q = Double(hundredths) / 100
                let qs = [q / 2, q, 1]
                let quantiles = step.durationQuantiles(.init(qs), of: cell)
                #expect(quantiles == .init(totals.duration.quantiles(qs)))
            }
        }
    }

    @Test("a log whose clock is at the end of time books calls, and crashes nothing")
    func endOfTime() throws {
        for appendedAt in [Int64.max, Int64.max / 1_000, Int64.max / 1_000 - 1, 0] {
            let times = StepCells.Times(appendedAt: appendedAt, nowSeconds: 0)
            for end in [10, 1_000_000, 5_000_000] as [Int64] {
                #expect(try seconds(ends: [end], times: times).count == 1)
            }
        }
    }

    @Test("a call whose clock is ahead is booked when it was appended")
    func skew() throws {
        let appended = Samples.epoch * 1_000_000
        #expect(try seconds(ends: [appended + 2_000_000, appended + 2_000_001]) == [Samples.epoch + 2, Samples.epoch])
    }

    @Test("a log whose clock is far ahead of ours cannot book calls there")
    func aheadOfOurClock() throws {
        let times = StepCells.Times(appendedAt: (Samples.epoch + 3_600) * 1_000, nowSeconds: Samples.epoch)
        let end = (Samples.epoch + 3_600) * 1_000_000
        #expect(try seconds(ends: [end], times: times) == [Samples.epoch])
    }

    @Test("calls older than the producers' marks are refused")
    func tooOld() throws {
        let oldest = (Samples.epoch - StepCells.maximumAgeSeconds) * 1_000_000
        #expect(try seconds(ends: [oldest, oldest - 1]) == [Samples.epoch - StepCells.maximumAgeSeconds])
    }

    /// The seconds that calls are booked at, in the calls' order, without those refused.
    private func seconds(ends: [Int64], times: StepCells.Times? = nil) throws -> [Int64] {
        var booked: [Int64] = []
        for end in ends {
            let record = try CallsRecord(
                CallBlock(
                    producer: Samples.producer("p"), first: 1, operations: Samples.operations,
                    calls: [Call(operation: 0, start: end - 10, duration: 10, outcome: .success)]))
            var columns = CallColumns()
            try columns.decode(record)
            var step = StepCells()
            let refused = step.fold(
                columns, from: 0, t0: record.header.t0, keys: [0, 1, 2, 3], times: times ?? self.times)
            step.drain { second, _, totals in
                #expect(totals.calls == 1)
                booked.append(second)
            }
            #expect(refused == (step.isEmpty && booked.isEmpty ? 1 : refused))
        }
        return booked
    }
}
