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
            commandName: "add", abstract: "Makes a key for an agent, and prints the line that starts it there.")

        @Argument(help: "What the host is to be called. (default: its own name)") var name: String?
        @OptionGroup var access: AccessOptions

        func run() async throws {
            let client = try access.client()
            let label = "agent" + (name.map { " of " + $0 } ?? "")
            let body = try JSONEncoder().encode(NewKey(name: String(label.prefix(100)), scopes: ["hosts:write"]))
            let answer = try await client.send("POST", "/api/v1/keys", body)
            let key = try JSONDecoder().decode(Key.self, from: answer)
            let host = name.map { " --host " + Shell.quoted($0) } ?? ""
            printLine("VENUS_AGENT_KEY=\(key.key) venus agent --server \(Shell.quoted(client.address))\(host)")
        }

        private struct NewKey: Encodable {
            var name: String
            var scopes: [String]
        }

        private struct Key: Decodable {
            var key: String
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Shows the hosts there are.")

        @OptionGroup var access: AccessOptions

        func run() async throws {
            let answer = try await access.client().get("/api/v1/hosts")
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

/// Words for a shell.
enum Shell {
    static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                CharacterSet.alphanumerics.contains($0) && $0.isASCII || "-_./:@[]".unicodeScalars.contains($0)
            }
        return isPlain
            ? text : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
