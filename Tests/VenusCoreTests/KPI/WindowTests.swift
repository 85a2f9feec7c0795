import Testing
import VenusCore

@Suite("Windows")
struct WindowTests {
    @Test("a window begins with a whole cell, and ends now", arguments: Window.allCases)
    func span(window: Window) {
        let cell = window.cellSeconds
        for second in Int64(1_800_000_000)..<1_800_000_000 + 2 * cell {
            let span = window.span(endingAt: second)
            #expect((second - span) % cell == 0)
            #expect(span <= window.seconds && span > window.seconds - cell)
        }
    }
}
