import ArgumentParser
import Foundation
import VenusStore

/// `venus user …`: who may sign in at a server.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Says who may sign in with a name and a password.",
        discussion: """
            Works through the server that `venus up` runs here, or `venus login` signed in to, as an admin. A viewer \
            looks; an operator also changes what is watched; an admin also decides who gets in.
            """,
        subcommands: [Add.self, List.self, Change.self, Passwd.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Adds a user; asks for the password.",
            discussion: "Without a terminal, the password is one line of standard input.")

        @Argument(help: "The user's name.") var name: String
        @Option(help: "viewer, operator or admin.") var role = "viewer"
        @OptionGroup var access: AccessOptions

        func validate() throws { try UserCommand.check(role) }

        func run() async throws {
            let client = try access.client()
            let password = try SecretPrompt.readNew("Password of \(name): ")
            let body = try JSONEncoder().encode(["name": name, "role": role, "password": password])
            _ = try await client.send("POST", "/api/v1/users", body)
            printLine("added \(Display.safe(name)) as \(role)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Shows the users.")

        @OptionGroup var access: AccessOptions

        func run() async throws {
            let answer = try await access.client().get("/api/v1/users")
            var table = TextTable([("USER", .left), ("ROLE", .left), ("STATE", .left), ("SINCE", .left)])
            for user in try JSONDecoder().decode(Users.self, from: answer).items {
                table.append([Display.safe(user.name), user.role, user.active ? "active" : "inactive", user.created_at])
            }
            for line in table.lines { printLine(line) }
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "change", abstract: "Changes a user's role, or whether the user may sign in.",
            discussion: "The user's sessions end.")

        @Argument(help: "The user's name.") var name: String
        @Option(help: "viewer, operator or admin.") var role: String?
        @Flag(inversion: .prefixedNo, help: "Whether the user may sign in.") var active: Bool?
        @OptionGroup var access: AccessOptions

        func validate() throws {
            if let role { try UserCommand.check(role) }
            if role == nil && active == nil { throw ValidationError("Name --role, --active or --no-active.") }
        }

        func run() async throws {
            let body = try JSONEncoder().encode(Body(role: role, active: active))
            _ = try await access.client().send("PATCH", UserCommand.path(name), body)
            printLine("changed \(Display.safe(name))")
        }

        private struct Body: Encodable {
            var role: String?
            var active: Bool?
        }
    }

    struct Passwd: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "passwd", abstract: "Gives a user another password; asks for it.",
            discussion: "The user's sessions end. Without a terminal, the password is one line of standard input.")

        @Argument(help: "The user's name.") var name: String
        @OptionGroup var access: AccessOptions

        func run() async throws {
            let client = try access.client()
            let password = try SecretPrompt.readNew("New password of \(name): ")
            let body = try JSONEncoder().encode(["password": password])
            _ = try await client.send("PATCH", UserCommand.path(name), body)
            printLine("changed the password of \(Display.safe(name))")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Removes a user, and ends the user's sessions.")

        @Argument(help: "The user's name.") var name: String
        @OptionGroup var access: AccessOptions

        func run() async throws {
            _ = try await access.client().send("DELETE", UserCommand.path(name))
            printLine("removed \(Display.safe(name))")
        }
    }

    /// Refuses a role that there is not, before anything is asked.
    private static func check(_ role: String) throws {
        guard Role(rawValue: role) == nil else { return }
        throw ValidationError("'\(Display.safe(role))' is no role; expected viewer, operator or admin.")
    }

    private static func path(_ name: String) -> String { "/api/v1/users/" + APIClient.segment(name) }

    private struct Users: Decodable {
        struct Item: Decodable {
            var name: String
            var role: String
            var active: Bool
            var created_at: String
        }
        var items: [Item]
    }
}
