import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Abuse of HTTP/2 inside of intercepted tunnels", .timeLimit(.minutes(5)))
    struct HTTP2AbuseTests {
        /// For any call of a client that behaves, on the loop of the attack.
        private static let deadline = Duration.seconds(2)

        @Test("is ended or bounded, and others are served meanwhile", arguments: HTTP2Attack.all)
        func attack(_ attack: HTTP2Attack) async throws {
            let origin = try await HTTP2Origin()
            let plain = try Origin()
            let venus = try await VenusUp(environment: [
                "VENUS_INTERCEPTION_HOSTS": "*", "VENUS_INTERCEPTION_TRUST": origin.certificate,
                // One loop: that of the attack is everybody's.
                "VENUS_PROXY_THREADS": "1", "VENUS_PROXY_BODY_TIMEOUT": "2s",
            ])
            let authority = venus.directory.file("ca.pem")
            _ = try await VenusBinary.output(["ca", "export", "-o", authority], environment: venus.runEnvironment)
            let proxy = try #require(venus.proxyProcess)
            try await expectOthersAreServed(venus, plain)
            try await expectHTTP2IsServed(venus, origin, trusting: authority)
            let before = try #require(OwnedProcesses.residentBytes(proxy))
            try OwnedProcesses.forgetPeak(proxy)

            async let playing = attack.play(on: venus, origin, trusting: authority, seconds: 2)
            // Both kinds of clients, all the time.
            async let others: Void = expectOthersAreServed(venus, plain, within: Self.deadline, calls: 800)
            for _ in 0..<3 { try await expectHTTP2IsServed(venus, origin, trusting: authority) }
            try await others
            let report = try await playing

            switch attack.outcome {
            case .ends(let code):
                #expect(report.ends.subtracting(attack.mayBreakOff ? ["closed"] : []) == [code], "\(report.text)")
            case .bounded: #expect(!report.ends.isEmpty)
            }
            #expect(report.statuses.isSubset(of: attack.statuses), "\(report.text)")
            let growth = try #require(OwnedProcesses.peakResidentBytes(proxy)) - before
            #expect(growth < attack.growth << 20, "\(growth >> 10) KB")
            #expect(venus.proxyProcess == proxy)
            try await expectHTTP2IsServed(venus, origin, trusting: authority)
            let api = try await venus.signIn()
            // Who abuses what was intercepted has not turned the certificate down.
            #expect(try await api.get("/pins")["items"].array.isEmpty)
            // Nothing of the attack stays.
            try await eventually(within: .seconds(10), "nothing under way") {
                try await api.get("/kpis?by=service")["items"][0]["kpis"]["load"]["in_flight"].int == 0
            }
        }

        /// Calls of another client on a connection of its own: all succeed in time.
        private func expectHTTP2IsServed(
            _ venus: VenusUp, _ origin: HTTP2Origin, trusting authority: String,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let told = try await ChildProcess.run(
                "curl",
                [
                    "-sS", "--http2", "--noproxy", "", "--proxy", "http://127.0.0.1:\(venus.proxyPort)", "--cacert",
                    authority, "--max-time", "20", "-o", "/dev/null", "-w",
                    "%{http_version} %{http_code} %{time_total}\\n",
                    origin.url("/bytes/1000?[1-100]"),
                ])
            let lines = told.split(separator: "\n")
            #expect(lines.count == 100, sourceLocation: sourceLocation)
            for line in lines {
                let words = line.split(separator: " ")
                #expect(words.prefix(2) == ["2", "200"], "\(line)", sourceLocation: sourceLocation)
                let time = try #require(words.last.flatMap { Double($0) })
                #expect(.seconds(time) < Self.deadline, "\(line)", sourceLocation: sourceLocation)
            }
        }
    }
}
