import Foundation
import Testing
import VenusServer

@Suite("Timestamps")
struct TimestampTests {
    @Test("instants are written in UTC with milliseconds")
    func writes() {
        #expect(Timestamp.text(milliseconds: 0) == "1970-01-01T00:00:00.000Z")
        #expect(Timestamp.text(milliseconds: -1) == "1969-12-31T23:59:59.999Z")
        #expect(Timestamp.text(milliseconds: 951_782_400_123) == "2000-02-29T00:00:00.123Z")
        #expect(Timestamp.text(milliseconds: .max) == "9999-12-31T23:59:59.999Z")
    }

    @Test("what is written is read back, over four thousand years")
    func roundTrip() {
        for days in stride(from: Int64(-700_000), through: 2_900_000, by: 97) {
            let instant = days * 86_400_000 + 12_345_678
            #expect(Timestamp.milliseconds(Timestamp.text(milliseconds: instant)) == instant)
        }
    }

    @Test("agrees with the system's calendar")
    func agrees() {
        for seconds in stride(from: Int64(0), to: 4_000_000_000, by: 86_399 * 37) {
            let expected = Date(timeIntervalSince1970: Double(seconds)).formatted(
                Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            #expect(Timestamp.text(seconds: seconds) == expected)
        }
    }

    @Test(
        "offsets and fractions are read",
        arguments: [
            ("2026-11-21T12:00:00Z", Int64(1_795_262_400_000)), ("2026-11-21t14:00:00.5+02:00", 1_795_262_400_500),
            ("2026-11-21T11:30:00.1239-00:30", 1_795_262_400_123),
        ])
    func reads(text: String, milliseconds: Int64) { #expect(Timestamp.milliseconds(text) == milliseconds) }

    @Test(
        "what is no date-time is refused",
        arguments: [
            "", "yesterday", "2026-11-21", "2026-11-21T12:00:00", "2026-02-29T12:00:00Z", "2026-13-01T00:00:00Z",
            "2026-11-21T24:00:00Z", "2026-11-21T12:00:00.Z", "2026-11-21T12:00:00Z ", "+2026-1-21T12:00:00Z",
        ])
    func refuses(text: String) { #expect(Timestamp.milliseconds(text) == nil) }
}
