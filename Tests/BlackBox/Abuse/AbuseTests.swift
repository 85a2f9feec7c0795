import Testing

extension TheBinary {
    /// Written from RFC 9110, 9112, 3986 and 9209. After each case a good request must work.
    @Suite("Abuse")
    struct AbuseTests {
        @Test(
            "of requests: is refused or passed on as the table says, and nothing else", arguments: AbuseClass.requests)
        func requests(abuse: AbuseClass) async throws { try await play(abuse) }

        @Test("of requests that come byte by byte: is read alike", arguments: AbuseClass.heads)
        func piecemealRequests(abuse: AbuseClass) async throws { try await play(abuse, isPiecemeal: true) }

        @Test("of responses: never reaches a client as something else", arguments: AbuseClass.responses)
        func responses(abuse: AbuseClass) async throws { try await play(abuse) }

        private func play(_ abuse: AbuseClass, isPiecemeal: Bool = false) async throws {
            let bench = try await AbuseBench()
            for (place, each) in abuse.cases.enumerated() {
                for problem in try await bench.play(each, at: place, isPiecemeal: isPiecemeal) {
                    Issue.record("\(problem)")
                }
            }
            for problem in try await bench.compareRecords(abuse.cases) { Issue.record("\(problem)") }
            try await bench.stop()
        }
    }
}
