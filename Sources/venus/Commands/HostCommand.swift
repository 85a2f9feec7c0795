import ArgumentParser
import Foundation

/// `venus host …`: the machines whose agents send readings.
struct HostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host", abstract: "Adds machines, and shows and forgets those there are.",
        discussion: "Works through the server that `venus up` runs here, or `venus login` signed in to.",
        subcommands: [Add.self, List.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Makes a key, and prints the line that makes another machine a host.",
            discussion: """
                Pasted into the other machine's shell, it installs this server's program there and starts the agent. Where Venus \
                is installed already, the key of that line does for `venus agent`, too.
                """)

        @Argument(help: "What the host is to be called. (default: its own name)") var name: String?
        @OptionGroup var access: AccessOptions

        func run() async throws {
            let answer = try await access.client().send(
                "POST", "/api/v1/hosts", try JSONEncoder().encode(NewHost(name: name)))
            printLine(try JSONDecoder().decode(Added.self, from: answer).command)
        }

        private struct NewHost: Encodable {
            var name: String?
        }

        private struct Added: Decodable {
            var command: String
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Shows the hosts there are.")

        @OptionGroup var access: AccessOptions

        func run() async throws {
            let client = try access.client()
            let answer = try await client.get("/api/v1/hosts")
            var table = TextTable([
                ("NAME", .left), ("CPU", .right), ("LOAD", .right), ("MEMORY", .right), ("DISK", .right),
                ("SERVICES", .left), ("STATE", .left),
            ])
            for host in try JSONDecoder().decode(Hosts.self, from: answer).items {
                table.append([
                    Display.safe(host.name), percent(host.figures.cpu_utilization),
                    host.figures.load_average.map { String(format: "%.2f", $0) } ?? "-",
                    percent(host.figures.memory_utilization), percent(host.figures.filesystem_utilization),
                    Display.safe(Set(host.services.map(\.service)).sorted().joined(separator: " ")),
                    host.is_silent ? "silent since \(host.last_seen)" : "heard of \(host.last_seen)",
                ])
            }
            for line in table.lines { printLine(line) }
            // A server of another version knows of no buckets.
            guard let buckets = try? await client.get("/api/v1/buckets") else { return }
            for bucket in try JSONDecoder().decode(Buckets.self, from: buckets).items { printLine(bucket.line) }
        }

        private func percent(_ share: Double?) -> String { share.map { String(format: "%.0f %%", $0 * 100) } ?? "-" }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Forgets a host and its readings.",
            discussion:
                "An agent that still sends makes it known again: take its key away first, by `venus api-key revoke`.")

        @Argument(help: "The host.") var name: String
        @OptionGroup var access: AccessOptions

        func run() async throws {
            _ = try await access.client().send("DELETE", "/api/v1/hosts/" + APIClient.segment(name))
            printLine("forgot the host \(Display.safe(name))")
        }
    }

    private struct Buckets: Decodable {
        struct Item: Decodable {
            struct Refusal: Decodable {
                var object: String
                var reason: String
            }

            var name: String
            var checked_at: String
            var failure: String?
            var failed_since: String?
            var objects_refused: UInt64
            var last_refusal: Refusal?

            var line: String {
                var line = "bucket \(Display.safe(name)): "
                if let failure {
                    line += "not read since \(failed_since ?? checked_at): \(Display.safe(failure))"
                } else {
                    line += "read at \(checked_at)"
                }
                if let last_refusal {
                    line +=
                        "; \(objects_refused) objects refused, last \(Display.safe(last_refusal.object)): "
                        + Display.safe(last_refusal.reason)
                }
                return line
            }
        }

        var items: [Item]
    }

    private struct Hosts: Decodable {
        var items: [Item]
    }

    private struct Item: Decodable {
        struct Figures: Decodable {
            var cpu_utilization: Double?
            var load_average: Double?
            var memory_utilization: Double?
            var filesystem_utilization: Double?
        }

        struct Service: Decodable {
            var service: String
        }

        var name: String
        var figures: Figures
        var services: [Service]
        var is_silent: Bool
        var last_seen: String
    }
}
