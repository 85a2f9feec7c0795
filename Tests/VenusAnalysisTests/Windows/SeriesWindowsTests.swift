import Testing
import TestSupport
import VenusAnalysis
import VenusCore

@Suite struct SeriesWindowsTests {
    @Test(
        "windows equal what the calls they cover add up to, whatever comes late and whether histograms are kept or not",
        arguments: [5, 6, 7, 8] as [UInt64], [0, 10, 100])
    func sameAsDirect(seed: UInt64, percentWithoutHistograms: Int) {
        var random = SeededGenerator(seed: seed)
        var now = Samples.epoch + Int64.random(in: 0..<100, using: &random)
        var windows = SeriesWindows(now: now, keepsHistograms: percentWithoutHistograms == 0)
        var entered: [(second: Int64, totals: KPITotals)] = []
        for _ in 0..<600 {
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let age: Int64 =
                    switch Int.random(in: 0..<10, using: &random) {
                    case 0..<6: Int64.random(in: -2...2, using: &random)
                    case 6..<8: Int64.random(in: 0...1_000, using: &random)
                    default: Int64.random(in: 0...5_000, using: &random)
                    }
                var totals = KPITotals()
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    totals.record(Samples.call(end: 0, using: &random))
                }
                windows.enter(totals, at: now - age)
                // A window covers a call when it enters; it need not remember what it did not cover then.
                entered.append((now - age, totals))
            }
            #expect(windows.totals == Window.allCases.map { direct(entered, $0, now: now) })
            if percentWithoutHistograms < 100 {
                windows.keepHistograms(!random.chance(percentWithoutHistograms))
            }
            now +=
                random.chance(3) ? Int64.random(in: 0...4_000, using: &random) : Int64.random(in: 0...9, using: &random)
            windows.advance(to: now)
            #expect(windows.totals == Window.allCases.map { direct(entered, $0, now: now) })
            #expect(windows.isEmpty == windows.totals.allSatisfy(\.isEmpty))
            #expect(windows.callsInHour == windows.totals[4].calls)
        }
    }

    @Test("a clock that jumps by a hundred years leaves what came before behind", arguments: [true, false])
    func clockJump(keepsHistograms: Bool) {
        let later: Int64 = 100 * 366 * 86_400
        var windows = SeriesWindows(now: Samples.epoch, keepsHistograms: keepsHistograms)
        var totals = KPITotals()
        totals.record(Call(operation: 0, start: 0, duration: 3_000, outcome: .success))
        for second in [0, 1, 2, 60, 61, later, later + 1, later + 60, later + 62] {
            windows.enter(totals, at: Samples.epoch + second)
        }
        windows.advance(to: Samples.epoch + later + 63)
        #expect(windows.totals.map(\.calls) == [2, 2, 4, 4, 4])
        #expect(windows.totals[4].duration.count == 4)
    }

    @Test("a window that everything has left is as good as new")
    func emptied() {
        var windows = SeriesWindows(now: Samples.epoch)
        var totals = KPITotals()
        totals.record(Call(operation: 0, start: 0, duration: 3_000_000, outcome: .success))
        windows.enter(totals, at: Samples.epoch)
        #expect(!windows.isEmpty)
        windows.advance(to: Samples.epoch + 3_660)
        #expect(windows.isEmpty)
        #expect(windows.totals.allSatisfy { $0 == KPITotals() })
    }

    @Test("bytes that connections moved stay as long as the window covers them, with calls or without")
    func activity() {
        var windows = SeriesWindows(now: Samples.epoch)
        for (second, flags) in [(0, []), (3, [.tunnel, .activity])] as [(Int64, CallFlags)] {
            var totals = KPITotals()
            totals.record(
                Call(
                    operation: 0, start: 0, duration: 10, outcome: .success, bytesSent: 5, bytesReceived: 70,
                    flags: flags))
            windows.advance(to: Samples.epoch + second)
            windows.enter(totals, at: Samples.epoch + second)
        }
        windows.advance(to: Samples.epoch + 11)
        #expect(windows.totals[0].calls == 0)
        #expect(windows.totals[0].bytesReceived == 70)
        #expect(windows.totals[1].calls == 1)
        #expect(windows.totals[1].bytesReceived == 140)
        windows.advance(to: Samples.epoch + 14)
        #expect(windows.totals[0] == KPITotals())
        #expect(windows.totals[1].bytesSent == 10)
    }

    @Test("the largest value leaves with its cell")
    func extremes() {
        var windows = SeriesWindows(now: Samples.epoch)
        for (second, duration) in [(0, 900_000), (3, 40), (5, 70_000)] as [(Int64, UInt32)] {
            var totals = KPITotals()
            totals.record(Call(operation: 0, start: 0, duration: duration, outcome: .success))
            windows.advance(to: Samples.epoch + second)
            windows.enter(totals, at: Samples.epoch + second)
        }
        #expect(windows.totals[0].duration.maximum == 900_000)
        #expect(windows.totals[0].duration.minimum == 40)
        windows.advance(to: Samples.epoch + 11)
        #expect(windows.totals[0].duration.maximum == 70_000)
        windows.advance(to: Samples.epoch + 14)
        #expect(windows.totals[0].duration.minimum == 70_000)
        #expect(windows.totals[1].duration.minimum == 40)
    }

    private func direct(_ entered: [(second: Int64, totals: KPITotals)], _ window: Window, now: Int64) -> KPITotals {
        let cell = window.cellSeconds
        let start = (now + cell - 1) / cell * cell - window.seconds
        var totals = KPITotals()
        for one in entered where one.second >= start { totals.merge(one.totals) }
        return totals
    }
}
