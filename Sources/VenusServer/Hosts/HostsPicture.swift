import VenusCore
import VenusStore

/// The hosts at one moment. Immutable.
struct HostsPicture: Sendable {
    /// Milliseconds since the epoch.
    var at: Int64
    /// By name.
    var hosts: [KnownHost]
    var services = HostServices()

    func render(_ filter: ViewFilter) -> RenderedView {
        let body = HostsOutput(self, filter: filter).json
        let start = Array("{\"at\":\"\(Timestamp.text(milliseconds: at))\",".utf8)
        return RenderedView(start: start, rest: Array(body.dropFirst()))
    }
}

extension KnownHost {
    /// Silent for longer than it should be: its agent is away, or cannot reach a server.
    func isSilent(at now: Int64) -> Bool { now - lastSeen > 2 * publishEvery + 30_000 }
}
