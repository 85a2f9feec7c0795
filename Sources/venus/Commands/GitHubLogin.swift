import Foundation
import VenusServer

/// `venus login --github`: the browser signs in at GitHub and brings back a code (RFC 8252), which is worth a session
/// to whoever has the secret behind the challenge (RFC 7636), and that is this process alone.
struct GitHubLogin {
    let client: APIClient

    /// What signs in: the body of a `POST /api/v1/login`.
    func credentials() async throws -> [String: String] {
        let ways = try JSONDecoder().decode(Ways.self, from: try await client.get("/api/v1/login"))
        guard ways.ways.contains("github") else {
            throw CommandFailure(
                "\(Display.safe(client.address)) lets nobody in by GitHub: its github.client_id is not set. Sign in without --github"
            )
        }
        let verifier = Token.random().text
        let challenge = GitHubStates.challenge(of: verifier)
        let answer = try await LoopbackListener.wait(
            for: challenge, patience: LoopbackListener.patience,
            answer: "The command line goes on. You can close this page.\n"
        ) { port in
            guard let commandLine = CommandLineReturn(port: port, challenge: challenge) else {
                throw CommandFailure("port \(port) is not one that a browser can be sent to; try again")
            }
            invite(to: commandLine)
        }
        switch answer {
        case .code(let code): return ["code": code, "verifier": verifier]
        case .refusal(let code): throw CommandFailure(Self.advice(code))
        case nil: throw CommandFailure("nobody came back from GitHub in time; run `venus login --github` again")
        }
    }

    private struct Ways: Decodable {
        var ways: [String]
    }

    /// Says where to sign in.
    private func invite(to commandLine: CommandLineReturn) {
        let url = "\(client.address)/sign-in#command-line=\(commandLine.port).\(commandLine.challenge)"
        printError("Open this in a browser on this machine, and sign in at GitHub:\n\n  \(Display.safe(url))\n")
        printError("A browser elsewhere can open it after: ssh \(forwarding(commandLine.port)) HOST")
        printError("Waiting for \(LoopbackListener.patience.components.seconds / 60) minutes; Ctrl-C gives up.")
        openBrowser(url)
    }

    /// The options of ssh by which a browser elsewhere reaches us, and the server where that is on this machine.
    private func forwarding(_ port: Int) -> String {
        let server = WebAddress(client.address).flatMap { $0.isLoopback ? $0.port : nil }
        return ([port] + (server.map { [$0] } ?? [])).map { "-L \($0):127.0.0.1:\($0)" }.joined(separator: " ")
    }

    /// Where there is a screen; whoever has none reads the address.
    private func openBrowser(_ url: String) {
        let environment = ProcessInfo.processInfo.environment
        guard environment["DISPLAY"] != nil || environment["WAYLAND_DISPLAY"] != nil else { return }
        let own = environment.filter { !$0.key.hasPrefix("VENUS_") }
        guard let child = try? ChildProcess(["xdg-open", url], environment: own, ownSession: true, isSilent: true)
        else { return }
        Task { _ = await child.wait() }
    }

    /// What to do where GitHub's way in failed.
    static func advice(_ code: String) -> String {
        switch GitHubRefusal(rawValue: code) {
        case .denied: "you did not let Venus know at GitHub who you are"
        case .state, .code, .revoked: "this sign-in took too long or is over; run `venus login --github` again"
        case .scope: "GitHub did not let Venus see your organizations; try again, and allow it"
        case .notAllowed: "you are signed in at GitHub, but nobody has let you in here; ask an admin of this Venus"
        case .pending: "accept the invitation to your organization at GitHub first"
        case .organization: "your organization does not let Venus see its members; an owner can allow it at GitHub"
        case .renamed:
            "this name was somebody else's at GitHub when it was let in here; ask an admin of this Venus"
        case .misconfigured:
            "GitHub does not know this Venus: its client id, secret or callback address is not right"
        case .unavailable: "GitHub, or the store of this Venus, does not answer; try again in a moment"
        case .busy: "many people are signing in; try again in a moment"
        case .delayed: "too many tries; wait a little, then try again"
        case nil: "the sign-in failed; run `venus login --github` again"
        }
    }
}
