import Foundation
import TestSupport
import Testing

/// One way to abuse HTTP/2, which `Clients/abuse.py` plays, and what is to become of it.
struct HTTP2Attack: Sendable, CustomTestStringConvertible {
    enum Outcome: Sendable, Hashable {
        /// Every connection of the attacker's ends, with this code in its GOAWAY.
        case ends(String)
        /// They may go on: they cost no more than the memory that is stated.
        case bounded
    }

    var name: String
    var outcome: Outcome
    /// Whether the connection may also end without a GOAWAY: of the answers that it asks for, nghttp2 keeps 1,000, and
    /// then breaks off.
    var mayBreakOff = false
    /// MiB that the proxy may grow by at most, at any moment: its tables, buffers and sessions of TLS among them.
    var growth = 16
    /// Statuses that requests of its may be answered with; others are a fault.
    var statuses: Set<String> = ["200"]

    var testDescription: String { name }

    private static let calm = Outcome.ends("ENHANCE_YOUR_CALM")

    static let all = [
        HTTP2Attack(name: "rapid reset", outcome: calm),
        HTTP2Attack(name: "windows that grow by nothing", outcome: .ends("PROTOCOL_ERROR")),
        HTTP2Attack(name: "CONTINUATION without end", outcome: calm),
        HTTP2Attack(name: "CONTINUATION without content", outcome: calm),
        HTTP2Attack(name: "large CONTINUATION", outcome: calm),
        HTTP2Attack(name: "a table of 4 GiB", outcome: .ends("COMPRESSION_ERROR")),
        HTTP2Attack(name: "a list of 100 KiB", outcome: .bounded, statuses: ["431"]),
        HTTP2Attack(name: "a list of 240 MB", outcome: calm),
        HTTP2Attack(name: "streams beyond the limit", outcome: .ends("PROTOCOL_ERROR")),
        HTTP2Attack(name: "streams beyond a limit that was not acknowledged", outcome: calm),
        HTTP2Attack(name: "PING", outcome: calm, mayBreakOff: true),
        HTTP2Attack(name: "SETTINGS", outcome: calm, mayBreakOff: true),
        HTTP2Attack(name: "SETTINGS with entries", outcome: calm, mayBreakOff: true),
        HTTP2Attack(name: "PRIORITY", outcome: calm),
        HTTP2Attack(name: "WINDOW_UPDATE", outcome: calm),
        HTTP2Attack(name: "unknown frames", outcome: calm),
        HTTP2Attack(name: "empty DATA", outcome: calm, statuses: ["405"]),
        HTTP2Attack(name: "empty HEADERS", outcome: .ends("PROTOCOL_ERROR")),
        // 400 streams with 1 MB each on their way: what waits for a client's window is bounded stream by stream.
        HTTP2Attack(name: "windows that never open", outcome: .bounded, growth: 160),
        HTTP2Attack(name: "windows of nothing", outcome: .bounded, growth: 160),
        HTTP2Attack(name: "windows of one byte", outcome: .bounded, growth: 160),
        HTTP2Attack(name: "answers that nobody reads", outcome: .bounded, growth: 160),
    ]

    /// What came of it, as the script tells.
    struct Report: Sendable {
        /// The codes that connections ended with, or that some stayed open.
        var ends: Set<String>
        var statuses: Set<String>
        var text: String
    }

    /// Plays it for so many seconds.
    func play(on venus: VenusUp, _ origin: HTTP2Origin, trusting authority: String, seconds: Int) async throws -> Report
    {
        let script = VenusBinary.packageRoot + "/Tests/BlackBox/Interception/Clients/abuse.py"
        let text = try await ChildProcess.run(
            ScriptedHTTP2Origin.python,
            ["-B", script, name, "\(venus.proxyPort)", origin.authority, authority, "\(seconds)"])
        let report = try JSONValue(text)
        return Report(ends: Set(report["ends"].names), statuses: Set(report["statuses"].names), text: text)
    }
}
