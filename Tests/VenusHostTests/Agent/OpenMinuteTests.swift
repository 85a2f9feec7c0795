import Testing
import VenusCore
import VenusHost

@Suite("The open minute")
struct OpenMinuteTests {
    private static let minute: Int64 = 28_333_333
    private static let busy = HostSeries(.cpuUtilization)

    private func reading(_ start: Int64, _ end: Int64) -> HostReading {
        var reading = HostReading(start: Self.minute * 60_000 + start, end: Self.minute * 60_000 + end)
        reading.add(Self.busy, 0.5, seconds: Double(end - start) / 1_000)
        return reading
    }

    @Test("readings add up until the minute is over, which the last of them may end")
    func whole() {
        var open = OpenMinute()
        for second in 0..<5 { #expect(open.add(reading(Int64(second) * 10_000, Int64(second + 1) * 10_000)).isEmpty) }
        let over = open.add(reading(50_000, 60_004))
        #expect(over.count == 1 && open.reading == nil)
        #expect(over.first?[Self.busy]?.count == 6)
        #expect(over.first?.start == Self.minute * 60_000)
    }

    @Test("a reading belongs to where its middle is, and one of another minute ends the one before")
    func across() {
        var open = OpenMinute()
        #expect(open.add(reading(40_000, 50_000)).isEmpty)
        // Late by a second, as of a busy machine.
        #expect(open.add(reading(51_000, 59_900)).isEmpty)
        let over = open.add(reading(59_900, 70_000))
        #expect(over.map { $0[Self.busy]?.count } == [2])
        #expect(open.reading?.start == Self.minute * 60_000 + 59_900)
        // A machine that slept: two minutes are over at once.
        let two = open.add(reading(200_000, 241_000))
        #expect(two.count == 2 && open.reading == nil)
    }

    @Test("what is left of a minute before is taken, and what goes on is kept")
    func restarts() {
        var open = OpenMinute(reading(0, 10_000))
        #expect(open.take(before: Self.minute * 60_000 + 30_000) == nil)
        #expect(open.take(before: (Self.minute + 1) * 60_000 + 1) == reading(0, 10_000))
        #expect(open.take() == nil)
    }
}
