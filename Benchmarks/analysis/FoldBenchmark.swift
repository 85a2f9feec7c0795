import Foundation
import VenusAnalysis
import VenusCore

/// Folds a ``CallFile`` second by second, as the analyzer does.
struct FoldBenchmark {
    /// One edge's second.
    struct Answer {
        var second: Int64
        var edge: Int32
        var count: UInt32
        var errors: UInt32
        /// Microseconds.
        var mean: Double
        var p50: Double
        var p95: Double
        var p99: Double
    }

    let file: CallFile

    /// Calls `use` with each cell once its second is over.
    func fold(_ use: (borrowing StepCells, FoldedCell) -> Void) {
        var step = StepCells()
        let keys = (0..<Int32(file.edges)).map { $0 }
        var second = file.t0 / 1_000_000
        // Borrowed: a copy of a block would count references to all of its columns.
        let blocks = file.blocks.span
        for place in blocks.indices {
            let next = (file.t0 + (blocks[place].ends.first ?? 0)) / 1_000_000
            if next > second {
                for cell in step.close() { use(step, cell) }
                step.removeAll()
                second = next
            }
            let times = StepCells.Times(appendedAt: second * 1_000 + 999, nowSeconds: second)
            _ = step.fold(blocks[place], from: 0, t0: file.t0, keys: keys, times: times)
        }
        for cell in step.close() { use(step, cell) }
    }

    /// Only the cells with their histograms.
    func cells() -> (cells: Int, calls: Int) {
        var cells = 0
        var calls = 0
        fold { step, cell in
            cells += 1
            calls += step.timedCount(of: cell)
        }
        return (cells, calls)
    }

    /// What a page shows of each cell.
    func answers() -> [Answer] {
        var answers: [Answer] = []
        answers.reserveCapacity(file.edges * file.seconds)
        fold { answers.append(answer($1, of: $0)) }
        return answers
    }

    /// The totals that windows and rows are made of, each with a dense histogram.
    func totals() -> UInt64 {
        var calls: UInt64 = 0
        fold { calls += $0.totals(of: $1).calls }
        return calls
    }

    private func answer(_ cell: FoldedCell, of step: borrowing StepCells) -> Answer {
        let errors =
            step.count(of: .clientError, in: cell) + step.count(of: .serverError, in: cell)
            + step.count(of: .transportError, in: cell)
        let count = step.timedCount(of: cell)
        let quantiles = step.durationQuantiles([0.5, 0.95, 0.99], of: cell) ?? .init(repeating: .nan)
        return Answer(
            second: cell.second, edge: cell.key, count: UInt32(count), errors: UInt32(errors),
            mean: Double(step.durationSum(of: cell)) / Double(count),
            p50: quantiles[0], p95: quantiles[1], p99: quantiles[2])
    }
}
