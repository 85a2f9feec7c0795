import TestSupport
import Testing

extension TheBinary {
    /// The same bytes through ours, HAProxy and nginx to the same origin.
    @Suite("Compared with HAProxy and nginx")
    struct DifferentialTests {
        @Test(
            "what we pass on and they refuse, or read otherwise, has a reason written beside the case",
            arguments: AbuseClass.requests)
        func requests(abuse: AbuseClass) async throws {
            let origin = try LoggingOrigin()
            let ours = try await ComparedProxy.venus(origin: origin)
            let others = [
                try await ComparedProxy.haproxy(origin: origin), try await ComparedProxy.nginx(origin: origin),
            ]
            for (place, each) in abuse.cases.enumerated() where !each.isConnect {
                let passed = try await ours.play(each, at: place)
                // What we refuse cannot come out on the other side as something else.
                guard !passed.isEmpty else { continue }
                for other in others {
                    let theirs = try await other.play(each, at: place)
                    guard each.permits == nil, !ComparedProxy.covers(theirs, passed) else { continue }
                    Issue.record(
                        "\(each.name): we passed on \(passed), \(other.name) \(theirs); say why in 'permitted'")
                }
            }
            for proxy in [ours] + others { try await proxy.stop() }
        }
    }
}
