import Synchronization
import TestSupport
import Testing

extension TheBinary {
    @Suite("A flood of sign-ins")
    struct SignInFloodTests {
        private static let visitors = 200
        /// A hash takes 32 MiB, and two at most are made at a time.
        private static let maximumGrowth = 100 << 20

        private final class Flood: Sendable {
            private let isOver = Mutex(false)

            var isRunning: Bool { isOver.withLock { !$0 } }

            /// What everybody is answered, at once: other users, from other addresses, as a proxy before us says.
            func run(port: Int) async throws -> [HTTPResponse] {
                defer { isOver.withLock { $0 = true } }
                return try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
                    for number in 0..<SignInFloodTests.visitors {
                        group.addTask { try await SignInFloodTests.signIn(number, port: port) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
        }

        private static func signIn(_ number: Int, port: Int) async throws -> HTTPResponse {
            let client = try HTTPClient(port: port, timeout: .seconds(60))
            defer { client.close() }
            return try await client.request(
                "POST", "/api/v1/login",
                [
                    ("host", "127.0.0.1:\(port)"), ("content-type", "application/json"),
                    ("x-forwarded-for", "10.9.\(number / 200).\(number % 200 + 1)"),
                ], body: Array(#"{"user":"user\#(number)","password":"wrong horse battery"}"#.utf8))
        }

        @Test("is refused or put off, in bounded memory, while whoever is signed in is answered as ever")
        func flood() async throws {
            let venus = try await VenusUp(environment: ["VENUS_SERVER_TRUSTED_PROXIES": "127.0.0.1"])
            let api = try await venus.signIn()
            _ = try await api.graph()
            let server = venus.process.pid
            let before = try #require(OwnedProcesses.residentBytes(server))
            try OwnedProcesses.forgetPeak(server)

            let flood = Flood()
            let answers = Task { try await flood.run(port: venus.serverPort) }
            var times: [Duration] = []
            repeat {
                let begin = ContinuousClock.now
                #expect(try await api.graph()["window"].string == "5m")
                let took = begin.duration(to: .now)
                #expect(took < .seconds(2), "\(took)")
                times.append(took)
            } while flood.isRunning
            // The hashes leave half of the cores to everybody else, where there are several.
            let median = times.sorted()[times.count / 2]
            #expect(median < .milliseconds(500), "\(median) of \(times.count)")
            let answered = try await answers.value
            try Self.expectAnswers(answered)
            let audit = try await api.get("/audit?event=sign_in_refused&limit=1000")["items"].array
            let busy = audit.filter { $0["detail"].string == "busy" }.count
            #expect(busy >= 1 && busy <= answered.filter { $0.status == 503 }.count, "\(busy)")

            let growth = try #require(OwnedProcesses.peakResidentBytes(server)) - before
            #expect(growth < Self.maximumGrowth, "\(growth >> 10) KB")
            #expect(venus.process.isRunning)
            // The door is open again.
            _ = try await venus.signIn()
        }

        private static func expectAnswers(_ answers: [HTTPResponse]) throws {
            let statuses = Dictionary(grouping: answers, by: \.status).mapValues(\.count)
            #expect(answers.count == visitors)
            #expect(Set(statuses.keys).isSubset(of: [401, 429, 503]), "\(statuses)")
            // One or two that are looked at, and sixteen that wait; of so many at once the others are put off.
            #expect(try #require(statuses[401]) >= 17, "\(statuses)")
            #expect(statuses[503] != nil, "\(statuses)")
            for answer in answers {
                #expect((answer["retry-after"] != nil) == (answer.status != 401))
                #expect(answer["set-cookie"] == nil)
            }
        }
    }
}
