import ArgumentParser
import Foundation
import VenusServer
import VenusStore

/// `venus serve`: the server on its own; any number of them are one service.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serves the dashboard, REST and the live socket.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var stream: StreamOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let configuration = try common.load(
            server.flags.merging(stream.flags) { $1 }.merging(store.flags) { $1 })
        let backends = try configuration.requireBackends(for: "serve")
        try configuration.checkServing()
        var settings = configuration.serverConfiguration
        settings.hostsBucket = try configuration.hostsBucket()
        let logger = configuration.startLogging("serve")
        let data = try DataDirectory(configuration.data)
        let opened = try await configuration.openStore(data, logger: logger)
        let server = try Server(
            configuration: settings, store: opened,
            feed: try configuration.openRemoteFeed(url: backends.stream, logger: logger), logger: logger)
        let start = try await server.prepare()
        // Nothing but at the first start: a daemon's output is kept in logs, where no token belongs.
        let announcement = Announcement(server: server) { server in
            let place = "Server  \(try await server.baseURL)"
            guard let secret = start.generatedSecret else { return place }
            return """
                Secret  \(secret)  (the administrator's; it is not shown again)
                Sign in \(try await server.makeSignInLink())  (once, within ten minutes)
                \(place)
                """
        }
        try await runServices([server, announcement], logger: logger)
        await opened.close()
    }
}
