import Testing
import VenusCallLog

@Suite("Waits between tries")
struct BackoffTests {
    @Test("a wait doubles with every failure up to the longest, and starts again after a success")
    func doubles() {
        var backoff = Backoff(first: .milliseconds(50), longest: .seconds(1))
        let waits = (0..<7).map { _ in backoff.failed(random: 0) }
        #expect(waits == [50, 100, 200, 400, 800, 1_000, 1_000].map { .milliseconds($0) })
        backoff.succeeded()
        #expect(backoff.failed(random: 0) == .milliseconds(50))
    }

    @Test("chance takes at most half off")
    func jitter() {
        var backoff = Backoff(first: .milliseconds(100), longest: .seconds(1))
        #expect(backoff.failed(random: 0.5) == .milliseconds(75))
        #expect(backoff.failed(random: 0.999) > .milliseconds(100))
    }

    @Test("the wait stays at the longest however often it fails")
    func manyFailures() {
        var backoff = Backoff(first: .milliseconds(50), longest: .seconds(2))
        for _ in 0..<10_000 { _ = backoff.failed(random: 0) }
        #expect(backoff.failed(random: 0) == .seconds(2))
    }
}
