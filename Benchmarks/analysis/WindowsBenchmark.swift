import Foundation
import VenusAnalysis
import VenusCore

/// Fills the windows of many series for more than an hour, and tells their memory and what a tick costs.
struct WindowsBenchmark {
    struct Result {
        var bytesPerSeries: Double
        /// CPU of one tick with its cells, for each series that had a call.
        var nanosecondsPerCell: Double
        /// CPU of a tick in which nothing enters, while cells leave, for each series.
        var nanosecondsPerLeaving: Double
        /// Series that are still there an hour after their last call.
        var held: Int
    }

    let series: Int
    /// Mean; each second of each series has at most four times as many.
    let callsPerSecond: Double
    let keepsHistograms: Bool

    func run() -> Result {
        var random = Generator(state: 7)
        let cells = (0..<2_000).map { _ in cell(&random) }
        let before = Stopwatch.residentBytes
        var now: Int64 = 1_767_225_600
        var table = WindowTable(now: now)
        var entered = 0
        var watch = Stopwatch()
        var seconds = 0.0
        for tick in 0..<3_700 {
            now += 1
            // Only the last minute is measured: by then all windows are full, and cells leave all of them.
            if tick == 3_640 { (watch, entered) = (Stopwatch(), 0) }
            for one in 0..<series {
                guard let cell = cells[Int(random.next() % UInt64(cells.count))] else { continue }
                table.enter(cell, of: Int32(one), at: now, keepsHistograms: keepsHistograms)
                entered += 1
            }
            table.advance(to: now)
        }
        seconds = watch.seconds
        let full = Stopwatch.residentBytes
        let measured = entered
        watch = Stopwatch()
        for _ in 0..<30 {
            now += 1
            table.advance(to: now)
        }
        let leaving = watch.seconds
        table.advance(to: now + 3_660)
        return Result(
            bytesPerSeries: Double(full - before) / Double(series),
            nanosecondsPerCell: seconds * 1e9 / Double(measured),
            nanosecondsPerLeaving: leaving * 1e9 / 30 / Double(series),
            held: (0..<Int32(series)).count { table.holds($0) })
    }

    /// The calls of one second, or `nil` where there are none.
    private func cell(_ random: inout Generator) -> KPITotals? {
        // The sum of four even numbers, with the mean that was asked for; what is below a whole number is a chance.
        let share = (0..<4).reduce(0.0) { sum, _ in sum + random.fraction() } / 2
        let wanted = callsPerSecond * share
        let count = Int(wanted) + (random.fraction() < wanted - wanted.rounded(.down) ? 1 : 0)
        guard count > 0 else { return nil }
        var totals = KPITotals()
        for _ in 0..<count {
            let normal = (0..<12).reduce(-6.0) { sum, _ in sum + random.fraction() }
            let duration = UInt32(20_000 * exp2(0.87 * normal))
            var call = Call(operation: 0, start: 0, duration: duration, outcome: .success)
            call.bytesSent = 400
            call.bytesReceived = 2_000
            call.phases[.blocked] = 0
            call.phases[.ttfb] = duration / 10 * 9
            call.phases[.transfer] = duration / 10
            totals.record(call)
        }
        return totals
    }

    /// SplitMix64.
    struct Generator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }

        mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }
    }
}
