import Foundation
import TestSupport
import Testing

extension TheBinary {
    /// Every spelling of ``PolicyCase``, by GET and by CONNECT, with the policy enforced and reported.
    @Suite("Spellings under an egress policy")
    struct PolicyCaseTests {
        /// What is recorded of a case: outcome, error type, and whether it is marked.
        private struct Wanted {
            var status: Set<Int>
            var records: Set<String>
        }

        private static let denied = Wanted(status: [403], records: ["denied destination_ip_prohibited"])

        @Test("enforced: only what the rules allow leaves, whatever it is called")
        func enforced() async throws {
            try await play(mode: "enforce", listen: "127.0.0.1") { kind in
                switch kind {
                case .local, .elsewhere, .linkLocal: Self.denied
                case .name: Wanted(status: [403], records: ["denied http_request_denied"])
                case .unknownName: Wanted(status: [502, 504], records: ["transport_error dns"])
                case .malformed: Wanted(status: [400], records: [])
                }
            }
        }

        @Test("reported: all of it leaves and is marked, but for what a shared proxy never lends")
        func reported() async throws {
            try await play(mode: "report", listen: "0.0.0.0") { kind in
                switch kind {
                // Nobody may be listening on the very address.
                case .local:
                    Wanted(
                        status: [200, 502], records: ["success marked", "transport_error connection_refused marked"])
                case .elsewhere: nil
                case .linkLocal: Self.denied
                case .name: Wanted(status: [502, 504], records: ["transport_error dns marked"])
                case .unknownName: Wanted(status: [502, 504], records: ["transport_error dns"])
                case .malformed: Wanted(status: [400], records: [])
                }
            }
        }

        private func play(
            mode: String, listen: String, _ wanted: (PolicyCase.Kind) -> Wanted?
        ) async throws {
            let origin = try LoggingOrigin()
            let directory = try TemporaryDirectory("venus-policy")
            let port = try freePort()
            let policy = try directory.write(
                """
                mode: \(mode)
                default: allow
                rules:
                  - allow: { methods: [OPTIONS] }
                  - deny: { hosts: [blocked.invalid, "*.Blocked.invalid", xn--bcher-kva.invalid] }
                  - allow: { addresses: [global] }
                  - deny: { addresses: ["0.0.0.0/0", "::/0"] }
                """, to: "policy.yaml")
            let environment = [
                "VENUS_DATA": directory.file("data"), "VENUS_SERVICE": "policy", "VENUS_PROXY_THREADS": "1",
                "VENUS_PROXY_LISTEN": "\(listen):\(port)", "VENUS_PROXY_AUTHENTICATION": "none",
                "VENUS_POLICY_FILE": policy,
            ]
            let proxy = try VenusBinary.start(["proxy"], environment: environment, directory: directory.path)
            try await proxy.waitForLine("the proxy's address") { $0.contains("Proxy") && $0.contains(":\(port)") }
            let tail = try VenusBinary.start(["tail", "--json"], environment: environment, directory: directory.path)
            try await eventually(within: .seconds(15), "a call in venus tail") {
                _ = try await blocking { try Self.answer(port, "OPTIONS http://\(origin.authority)/warming") }
                return tail.standardOutput.text.contains("/warming")
            }
            _ = origin.take()

            var played: [(name: String, wanted: Wanted)] = []
            for each in PolicyCase.all {
                guard let expected = wanted(each.kind) else { continue }
                let authority = each.authority(port: origin.port)
                for isTunnel in [false, true] {
                    let word = AbuseCase.word(played.count)
                    let line = isTunnel ? "CONNECT \(authority)" : "GET http://\(authority)/\(word)"
                    let (status, head) = try await blocking { try Self.answer(port, line) }
                    played.append((line, expected))
                    #expect(expected.status.contains(status), "\(line): \(status)")
                    if status == 403 {
                        let type = expected.records.first?.split(separator: " ").last ?? ""
                        #expect(head.contains("Proxy-Status: venus; error=\(type)"), "\(line): \(head)")
                    }
                }
            }
            #expect(played.count >= 200)
            // Nothing but what was answered by 200 came to the origin.
            let requests = origin.take().requests
            if mode == "enforce" { #expect(requests.isEmpty, "\(requests.map(\.line))") }

            let calls = played.filter { !$0.wanted.records.isEmpty }
            let records = try await eventually(within: .seconds(15), "the records of all calls") {
                let records = tail.standardOutput.lines.compactMap { try? JSONValue($0) }.filter {
                    ["call", "tunnel"].contains($0["kind"].string ?? "")
                        && $0["operation"].string?.hasPrefix("OPTIONS") == false
                }
                return records.count >= calls.count ? records : nil
            }
            #expect(records.count == calls.count)
            // In the order in which they ended, which here is that in which they began; tunnels that open end by and
            // by.
            var left = calls
            for record in records {
                let summary = Self.summary(record)
                guard let place = left.firstIndex(where: { $0.wanted.records.contains(summary) }) else {
                    Issue.record("\(mode): recorded \(summary), which no case that is left asks for: \(record)")
                    continue
                }
                left.remove(at: place)
            }
            #expect(left.isEmpty, "\(mode): not recorded: \(left.map(\.name))")
            _ = try await tail.stop(SIGTERM)
            #expect(try await proxy.stop(SIGTERM, within: .seconds(20)) == .exited(0))
        }

        private static func summary(_ record: JSONValue) -> String {
            var words = [record["outcome"].string ?? "?"]
            if let type = record["error_type"].string { words.append(type.hasPrefix("dns_") ? "dns" : type) }
            if record["flags"].array.contains(.string("would_be_denied")) { words.append("marked") }
            return words.joined(separator: " ")
        }

        /// The answer to a request with this line, on a connection of its own. Text is bytes.
        private static func answer(_ port: Int, _ line: String) throws -> (status: Int, head: String) {
            let connection = try TCPConnection(port: port, timeout: .seconds(10))
            defer { connection.close() }
            try connection.write([UInt8](oneByteAScalar: "\(line) HTTP/1.1\r\nHost: any.invalid\r\n\r\n"))
            var reader = AnswerReader(connection)
            guard let answer = try reader.next(isHead: false) else { throw TestFailure("\(line): no answer") }
            return (answer.status, answer.head)
        }
    }
}
