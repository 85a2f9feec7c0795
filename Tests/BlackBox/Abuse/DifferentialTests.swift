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
                let outcome = try await ours.play(each, at: place)
                // What we refuse cannot come out on the other side as something else.
                guard !outcome.requests.isEmpty, each.permits == nil else { continue }
                for other in others {
                    let comparison = Comparison(
                        abuse: each, ours: outcome, theirs: try await other.play(each, at: place), proxy: other.name)
                    for difference in comparison.differences {
                        Issue.record("\(each.name), \(other.name): \(difference); say why in 'permitted'")
                    }
                }
            }
            for proxy in [ours] + others { try await proxy.stop() }
        }
    }
}
