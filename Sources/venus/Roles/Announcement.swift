import Foundation
import ServiceLifecycle
import VenusServer

/// Says where the server is once it listens, and keeps a token for the command line of this machine.
struct Announcement: Service {
    let server: Server
    /// Where the token goes; absent: none is kept.
    var access: String?
    /// The server's certificate, where it speaks TLS.
    var certificateFile: String?
    /// What to print, once the server listens.
    let text: @Sendable (Server) async throws -> String

    /// How often the token is renewed; well within a session's life.
    private static let renewal = Duration.seconds(86_400)

    func run() async throws {
        try await writeAccess()
        printLine(try await text(server))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await Task.sleep(for: Self.renewal)) != nil { try? await writeAccess() }
            }
            try? await gracefulShutdown()
            group.cancelAll()
        }
    }

    private func writeAccess() async throws {
        guard let access else { return }
        let token = try await server.makeSessionToken()
        try Access(server: try await server.localURL, token: token, certificateFile: certificateFile).write(to: access)
    }
}
