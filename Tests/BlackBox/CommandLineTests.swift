import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("The command line")
    struct CommandLineTests {
        @Test("--version says the version", arguments: ["--version"])
        func version(flag: String) async throws {
            let run = try await VenusBinary.output([flag])
            #expect(run.status == .exited(0))
            #expect(run.standardOutput.wholeMatch(of: /(venus )?\d+\.\d+\.\d+\S*\n/) != nil)
        }

        @Test(
            "--help says what a command does",
            arguments: [
                [], ["up"], ["run"], ["proxy"], ["analyze"], ["serve"], ["graph"], ["tail"], ["config", "check"],
                ["key"],
                ["key", "create"], ["key", "list"], ["key", "revoke"],
                ["ca"], ["ca", "init"], ["ca", "show"], ["ca", "export"], ["ca", "rotate"], ["ca", "pinned"],
                ["alerts"], ["policy"], ["login"], ["logout"], ["passwd"], ["user"], ["api-key"], ["host"], ["agent"],
                ["ingest"], ["store"], ["backup"], ["restore"],
            ])
        func help(command: [String]) async throws {
            let run = try await VenusBinary.output(command + ["--help"])
            #expect(run.status == .exited(0))
            #expect(run.standardOutput.contains("USAGE: venus"))
            for name in ["up", "run", "proxy", "analyze", "serve", "graph", "tail", "key", "ca", "config"]
            where command.isEmpty {
                #expect(run.standardOutput.contains(name))
            }
        }

        @Test(
            "wrong usage is exit status 64",
            arguments: [
                ["nothing"], ["up", "--nothing"], ["run"], ["proxy", "extra"], ["config", "nothing"],
                ["key", "create"],
            ])
        func usage(arguments: [String]) async throws {
            let directory = try TemporaryDirectory()
            let run = try await VenusBinary.output(
                arguments, environment: ["VENUS_DATA": directory.file("data")], directory: directory.path,
                within: .seconds(10))
            #expect(run.status == .exited(64), "\(run.standardOutput) \(run.standardError)")
            #expect(run.standardError.lowercased().contains("usage"))
        }

        @Test(
            "a value that cannot be is refused before a server or a secret is asked for",
            arguments: [
                (["user", "add", "ada", "--role", "boss"], "'boss'"),
                (["user", "change", "ada", "--role", "boss"], "'boss'"),
                (["api-key", "create", "grafana", "--scope", "all"], "'all'"),
                (["policy", "test", "ht!tp://"], "'ht!tp://'"),
            ])
        func impossibleValues(arguments: [String], named: String) async throws {
            let directory = try TemporaryDirectory()
            let run = try await VenusBinary.output(
                arguments, environment: ["VENUS_DATA": directory.file("data")], directory: directory.path,
                within: .seconds(10))
            #expect(run.status == .exited(64), "\(run.standardError)")
            #expect(run.standardError.contains(named), "\(run.standardError)")
            #expect(run.standardError.contains("Usage: venus \(arguments[0]) \(arguments[1])"), "\(run.standardError)")
        }

        @Test("a server that is named by no URL is told of, signed in or not", arguments: ["ftp://x", "127.0.0.1:1"])
        func serverAddress(server: String) async throws {
            let directory = try TemporaryDirectory()
            for environment in [[:], ["VENUS_TOKEN": "token"]] {
                let run = try await VenusBinary.output(
                    ["graph", "--server", server],
                    environment: environment.merging(["VENUS_DATA": directory.file("data")]) { $1 },
                    directory: directory.path, within: .seconds(10))
                #expect(run.status == .exited(1))
                #expect(run.standardError.contains("\(server) is not a server's address"), "\(run.standardError)")
            }
        }

        @Test(
            "a wrong configuration is exit status 78, and names the key and the place",
            arguments: [
                ("proxy: { listne: 127.0.0.1:1 }\n", "listne"), ("proxy: { listen: nonsense }\n", "proxy.listen"),
                ("stream: { url: \"mysql://x\" }\n", "stream.url"), ("environment: [a\n", "venus.yaml"),
                ("colour: blue\n", "colour"),
            ])
        func configuration(yaml: String, named: String) async throws {
            let directory = try TemporaryDirectory()
            let file = try directory.write(yaml, to: "venus.yaml")
            for command in [["config", "check"], ["up"], ["proxy"], ["analyze"], ["serve"], ["run", "--", "true"]] {
                let (head, tail) = (command.prefix { $0 != "--" }, command.drop { $0 != "--" })
                let run = try await VenusBinary.output(
                    head + ["--config", file] + tail, environment: ["VENUS_DATA": directory.file("data")],
                    directory: directory.path, within: .seconds(10))
                #expect(run.status == .exited(78), "\(command): \(run.standardError)")
                #expect(run.standardError.contains(named) && run.standardError.contains("venus.yaml"), "\(command)")
            }
        }

        @Test("a missing file and a misspelled variable are errors of the configuration too")
        func missingFile() async throws {
            let directory = try TemporaryDirectory()
            let missing = try await VenusBinary.output(["config", "check", "--config", directory.file("none.yaml")])
            #expect(missing.status == .exited(78))
            #expect(missing.standardError.contains("none.yaml"))
            let misspelled = try await VenusBinary.output(
                ["config", "check"], environment: ["VENUS_PROXY_LISTNE": "127.0.0.1:1"], directory: directory.path)
            #expect(misspelled.status == .exited(78))
            #expect(misspelled.standardError.contains("VENUS_PROXY_LISTEN"), "the right name is proposed")
        }

        @Test("config check shows what holds and where it comes from, and no secret")
        func configCheck() async throws {
            let directory = try TemporaryDirectory()
            let file = try directory.write(
                "proxy: { listen: 127.0.0.1:4001 }\nenvironment: staging\n", to: "venus.yaml")
            let run = try await VenusBinary.output(
                ["config", "check", "--config", file],
                environment: [
                    "VENUS_ENVIRONMENT": "test-lab", "VENUS_SERVER_SECRET": "hush-hush-hush-hush",
                    "VENUS_STREAM_URL": "redis://:hush-hush-hush-hush@127.0.0.1:6379",
                ], directory: directory.path)
            #expect(run.status == .exited(0), "\(run.standardError)")
            #expect(run.standardOutput.contains("127.0.0.1:4001") && run.standardOutput.contains("test-lab"))
            #expect(!run.standardOutput.contains("staging"), "a variable wins over the file")
            #expect(!run.standardOutput.contains("hush"))
        }

        @Test("a second venus up on the same data is refused in words")
        func secondUp() async throws {
            let venus = try await VenusUp()
            let second = try await VenusBinary.output(
                ["up"],
                environment: [
                    "VENUS_DATA": venus.directory.file("data"), "VENUS_PROXY_LISTEN": "127.0.0.1:0",
                    "VENUS_SERVER_LISTEN": "127.0.0.1:0",
                ], directory: venus.directory.path, within: .seconds(15))
            #expect(second.status == .exited(1))
            #expect(second.standardError.contains(venus.directory.file("data")))
        }

        @Test("a port that is taken by another program is refused in words")
        func takenPort() async throws {
            let origin = try Origin()
            let fleet = try await Fleet(roles: [])
            for (command, variable) in [
                ("up", "VENUS_PROXY_LISTEN"), ("up", "VENUS_SERVER_LISTEN"), ("proxy", "VENUS_PROXY_LISTEN"),
                ("serve", "VENUS_SERVER_LISTEN"),
            ] {
                let run = try await VenusBinary.output(
                    [command], environment: fleet.environment(of: command).merging([variable: origin.authority]) { $1 },
                    directory: fleet.directory.path, within: .seconds(15))
                #expect(run.status == .exited(1), "\(command)")
                #expect(run.standardError.contains("\(origin.port)"), "\(command): \(run.standardError)")
                #expect(run.standardError.contains("Address already in use; choose another"), "\(run.standardError)")
            }
        }

        @Test("analyze and serve without Redis and PostgreSQL say what they need", arguments: ["analyze", "serve"])
        func missingBackends(command: String) async throws {
            let directory = try TemporaryDirectory()
            let run = try await VenusBinary.output(
                [command], environment: ["VENUS_DATA": directory.file("data")], directory: directory.path,
                within: .seconds(10))
            #expect(run.status == .exited(78))
            #expect(run.standardError.contains("stream.url") && run.standardError.contains("store.url"))
        }

        @Test("every role ends cleanly on SIGTERM and on SIGINT", arguments: [SIGTERM, SIGINT])
        func signals(signal: Int32) async throws {
            let fleet = try await Fleet()
            for role in Fleet.Role.allCases {
                #expect(try await fleet.process(role).stop(signal, within: .seconds(15)) == .exited(0), "\(role)")
            }
            let venus = try await VenusUp()
            #expect(try await venus.process.stop(signal, within: .seconds(15)) == .exited(0))
            #expect(venus.ownedProcesses.isEmpty, "the proxy ended before")
        }

        @Test("graph and tail show what goes on to a person in a terminal")
        func graphAndTail() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()
            #expect(
                venus.process.standardOutput.text.contains("Try it     \(try VenusBinary.path()) run --service"),
                "the line works where Venus is not in the PATH")
            let tail = try VenusBinary.start(
                ["tail"], environment: venus.runEnvironment, directory: venus.directory.path)
            try await eventually(within: .seconds(15), "the call in venus tail") {
                _ = try await venus.run(service: "checkout", ["curl", "-sS", origin.url("/orders/4711")])
                return tail.standardOutput.text.contains(origin.authority)
            }
            #expect(tail.standardOutput.text.contains("/orders/*"))
            try await tail.stop(SIGINT)
            try await eventually(within: .seconds(5), "the edge in venus graph") {
                let graph = try await VenusBinary.output(
                    ["graph"], environment: venus.runEnvironment, directory: venus.directory.path)
                guard graph.status == .exited(0) else { throw TestFailure(graph.standardError) }
                return graph.standardOutput.contains("checkout") && graph.standardOutput.contains(origin.authority)
            }
            let elsewhere = try await VenusBinary.output(
                ["graph", "--environment", "staging"], environment: venus.runEnvironment,
                directory: venus.directory.path)
            #expect(elsewhere.status == .exited(0) && !elsewhere.standardOutput.contains(origin.authority))
        }
    }
}
