import ArgumentParser
import Foundation

/// `venus passwd`: one's own password.
struct PasswdCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passwd", abstract: "Changes your own password; asks for the old one and the new one.",
        discussion: """
            For a user who has signed in by `venus login`; your other sessions end, this one goes on. Without a \
            terminal, the old and the new password are two lines of standard input. An admin gives others a new \
            password by `venus user passwd NAME`.
            """)

    @OptionGroup var access: AccessOptions

    func run() async throws {
        let client = try access.client()
        let old = try SecretPrompt.read("Old password: ")
        let new = try SecretPrompt.readNew("New password: ")
        let body = try JSONEncoder().encode(["old_password": old, "new_password": new])
        _ = try await client.send("POST", "/api/v1/password", body)
        printLine("changed your password; your other sessions have ended")
    }
}
