import Foundation
import Logging
import Synchronization
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("The file of an egress policy, watched", .timeLimit(.minutes(1)))
struct PolicyFileWatchTests {
    private struct Broken: Error, CustomStringConvertible {
        var description: String { "line 3: host: there is no such condition" }
    }

    /// The mode is the text's first word.
    private static func parse(_ text: String) throws -> EgressPolicy {
        let words = text.split(separator: " ")
        guard let mode = words.first.flatMap({ EgressPolicy.Mode(rawValue: String($0)) }) else { throw Broken() }
        return EgressPolicy(mode: mode, fallback: .deny, rules: [])
    }

    @Test("what holds is told with its digest and since when, and what is wrong with the file beside it")
    func standing() async throws {
        let directory = try TemporaryDirectory("venus-policy")
        let path = try directory.write("enforce 1", to: "policy.yaml")
        let clock = ManualClock()
        let time = Mutex<Int64>(1_000)
        let read = Mutex(0)
        let standing = PolicyStanding { time.withLock { $0 } }
        #expect(standing.report == PolicyReport(mode: .none, since: 1_000))
        let watch = try PolicyFileWatch(
            path: path, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: clock,
            standing: standing
        ) { text in
            read.withLock { $0 += 1 }
            return try Self.parse(text)
        }
        // The first 16 digits of what sha256sum says of these bytes.
        let first = PolicyReport(mode: .enforce, digest: "7db4d269cd3c9898", rules: 0, since: 1_000)
        #expect(watch.standing.report == first)

        let given = Mutex<[EgressPolicy.Mode]>([])
        let running = Task { await watch.run { policy in given.withLock { $0.append(policy.mode) } } }
        func change(_ text: String, at now: Int64, _ isThere: () -> Bool) async throws {
            time.withLock { $0 = now }
            try directory.write(text, to: "policy.yaml")
            try await eventually("what becomes of \(text)") {
                if isThere() { return true }
                clock.advance(by: .milliseconds(500))
                return false
            }
        }
        try await change("nonsense", at: 2_000) { standing.report.fault != nil }
        var broken = first
        broken.fault = PolicyReport.Fault(reason: "line 3: host: there is no such condition", since: 2_000)
        #expect(standing.report == broken && given.withLock { $0.isEmpty })
        // Broken in the same way for longer.
        try await change("nonsense, too", at: 3_000) { read.withLock { $0 == 3 } }
        #expect(standing.report == broken)
        try await change("report 22", at: 4_000) { standing.report.fault == nil }
        #expect(standing.report == PolicyReport(mode: .report, digest: "e16b48ce838d3cab", rules: 0, since: 4_000))
        #expect(given.withLock { $0 } == [.report])
        try await change("nonsense", at: 5_000) { standing.report.fault != nil }
        // As it was: it has held all along.
        try await change("report 22", at: 6_000) { standing.report.fault == nil }
        #expect(standing.report.since == 4_000)
        try FileManager.default.removeItem(atPath: path)
        try await eventually("the file to be missed") {
            clock.advance(by: .milliseconds(500))
            return standing.report.fault?.reason == "the file is gone"
        }
        running.cancel()
        await running.value
    }
}
