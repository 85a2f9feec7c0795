import Foundation
import TestSupport
import Testing

extension TheAlerts {
    /// Names of receivers are in other people's hands: here one that is against us (names.c) gives them addresses.
    @Suite("Receivers whose names change what they stand for")
    struct ReceiverNamesTests {
        /// A name, its addresses at each lookup, the last ones ever after, and what comes of three messages to it.
        private struct Name: Sendable {
            var name: String
            var answers: [String]
            var results: [String]

            /// Whose results are all the same.
            init(_ name: String, _ answers: String..., results: String...) {
                self.name = name
                self.answers = answers
                self.results = results.count == 1 ? Array(repeating: results[0], count: 3) : results
            }
        }

        private static let taken = "status 200"
        private static let prohibited = "destination_ip_prohibited"

        private static let names = [
            Name("later.test", NamesBench.permitted, NamesBench.forbidden, results: taken, prohibited, prohibited),
            Name("back.test", NamesBench.forbidden, NamesBench.permitted, results: prohibited, taken, taken),
            // In one answer, what is forbidden is passed over, wherever it stands; where the rest does not answer,
            // nothing else is dialled.
            Name("both.test", NamesBench.forbidden + "," + NamesBench.permitted, results: taken),
            Name("reversed.test", NamesBench.permitted + "," + NamesBench.forbidden, results: taken),
            Name("deserted.test", NamesBench.forbidden + "," + NamesBench.deserted, results: "connection_refused"),
            Name("hidden.test", "::1,::ffff:127.0.0.1,64:ff9b::7f00:1,2002:7f00:1::1,0.0.0.0", results: prohibited),
            Name("metadata.test", "169.254.169.254,fd00:ec2::254", results: prohibited),
        ]

        @Test("a name is looked up once for a message, and of its addresses only those are dialled that were permitted")
        func names() async throws {
            let bench = try await NamesBench(Self.names.map { "\($0.name)=" + $0.answers.joined(separator: "/") })
            for name in Self.names {
                #expect(try await bench.results(of: name.name, count: 3) == name.results, "\(name.name)")
            }
            let lookups = try bench.lookups()
            #expect(lookups == Dictionary(uniqueKeysWithValues: Self.names.map { ($0.name, 3) }))
            let taken = Self.names.flatMap { name in name.results.filter { $0 == Self.taken }.map { _ in name.name } }
            let hosts = bench.receiver.take().requests.map { request in
                request.fields.first { $0.lowercased().hasPrefix("host:") } ?? ""
            }
            #expect(hosts.map { $0.dropFirst("host: ".count) } == taken.map { "\($0):\(bench.receiver.port)" })
            try await bench.expectNothingForbidden()
            #expect(try await bench.venus.stop() == .exited(0))
        }
    }
}

/// A `venus up` whose lookups are the test's, a receiver that messages may go to, and one, on the same port, that they
/// may not.
private final class NamesBench: Sendable {
    static let forbidden = "127.0.0.1"
    static let permitted = "127.0.0.2"
    /// Permitted, and nobody listens there.
    static let deserted = "127.0.0.3"

    let receiver: LoggingOrigin
    let venus: VenusUp
    private let forbiddenReceiver: LoggingOrigin
    private let api: VenusAPI
    private let directory: TemporaryDirectory
    private let file: String

    /// - Parameter names: as names.c has them.
    init(_ names: [String]) async throws {
        directory = try TemporaryDirectory("venus-names")
        file = directory.file("lookups")
        let library = directory.file("names.so")
        let source = VenusBinary.packageRoot + "/Tests/Names/names.c"
        let arguments = ["-O2", "-shared", "-fPIC", "-Wall", "-Werror", "-o", library, source]
        // The compiler that came with Swift, or the system's.
        if (try? await ChildProcess.run("clang", arguments)) == nil { try await ChildProcess.run("cc", arguments) }
        // On ::1 as well, where the machine has IPv6.
        forbiddenReceiver = try LoggingOrigin()
        receiver = try LoggingOrigin(host: Self.permitted, port: forbiddenReceiver.port)
        venus = try await VenusUp(
            arguments: ["--no-host"],
            environment: [
                "LD_PRELOAD": library, "LOOKUPS_FILE": file, "NAMES": names.joined(separator: " "),
                "VENUS_ALERTS_ALLOWED_TARGETS": "\(Self.permitted),\(Self.deserted)",
            ])
        api = try await venus.signIn()
    }

    /// What came of so many messages to a receiver of that name.
    func results(of name: String, count: Int) async throws -> [String] {
        let webhook = try await api.send(
            "POST", "/webhooks",
            "{\"name\":\"\(name)\",\"kind\":\"webhook\",\"url\":\"http://\(name):\(receiver.port)/in\"}")
        var results: [String] = []
        for _ in 0..<count {
            let trial = try await api.send("POST", "/webhooks/\(webhook["id"].string ?? "")/test")
            results.append(trial["result"].string ?? "?")
        }
        return results
    }

    /// How often each of the names was looked up.
    func lookups() throws -> [String: Int] {
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
        return lines.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    /// Neither a request nor a connection has come to the receiver that must not be reached.
    func expectNothingForbidden() async throws {
        let strays = forbiddenReceiver.take()
        #expect(strays.requests.isEmpty && strays.strays.isEmpty, "\(strays)")
        let probe = try HTTPClient(port: forbiddenReceiver.port)
        #expect(try await probe.get("/probe").status == 200)
        probe.close()
        #expect(forbiddenReceiver.take().requests.map(\.connection) == [0])
    }
}
