import ArgumentParser
import Foundation
import VenusStore

/// `venus api-key …`: keys by which programs use a server. (`venus key` is about keys by which services use a proxy.)
struct APIKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-key", abstract: "Makes and takes away the keys by which programs use the server.",
        discussion: """
            Works through the server that `venus up` runs here, or `venus login` signed in to, as an admin. A program \
            sends its key as Authorization: Bearer KEY. The keys of services that use a shared proxy are another \
            matter: see `venus key`.
            """,
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Makes a key, and shows it this once.")

        @Argument(help: "What the key is for.") var name: String
        @Option(help: ArgumentHelp("read or hosts:write; several by naming it again.", valueName: "scope"))
        var scope: [String] = ["read"]
        @Flag(help: "Print the key, and nothing else.") var quiet = false
        @OptionGroup var access: AccessOptions

        func validate() throws {
            guard let unknown = scope.first(where: { KeyScope(rawValue: $0) == nil }) else { return }
            throw ValidationError("'\(Display.safe(unknown))' is no scope; expected read or hosts:write.")
        }

        func run() async throws {
            let body = try JSONEncoder().encode(Body(name: name, scopes: scope))
            let answer = try await access.client().send("POST", "/api/v1/keys", body)
            let key = try JSONDecoder().decode(Item.self, from: answer)
            let secret = key.key ?? ""
            printLine(
                quiet ? secret : "A key with \(key.scopes.joined(separator: ", ")), shown this once:\n\n  \(secret)")
        }

        private struct Body: Encodable {
            var name: String
            var scopes: [String]
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Shows the keys there are.")

        @OptionGroup var access: AccessOptions

        func run() async throws {
            let answer = try await access.client().get("/api/v1/keys")
            var table = TextTable([
                ("ID", .left), ("NAME", .left), ("SCOPES", .left), ("MADE BY", .left), ("LAST USE", .left),
                ("STATE", .left),
            ])
            for key in try JSONDecoder().decode(Keys.self, from: answer).items {
                table.append([
                    Display.safe(key.id), Display.safe(key.name), key.scopes.joined(separator: " "),
                    Display.safe(key.created_by), key.used_at ?? "never",
                    key.revoked_at.map { "revoked \($0)" } ?? "good",
                ])
            }
            for line in table.lines { printLine(line) }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "Takes a key away, by its id; its live sockets close.")

        @Argument(help: "The id of a key.") var id: String
        @OptionGroup var access: AccessOptions

        func run() async throws {
            _ = try await access.client().send("DELETE", "/api/v1/keys/" + APIClient.segment(id))
            printLine("took away the key \(Display.safe(id))")
        }
    }

    private struct Keys: Decodable {
        var items: [Item]
    }

    private struct Item: Decodable {
        var id: String
        var key: String?
        var name: String
        var scopes: [String]
        var created_by: String
        var used_at: String?
        var revoked_at: String?
    }
}
