import ArgumentParser
import Foundation
import VenusAnalysis
import VenusCallLog
import VenusStore

/// `venus analyze`: the analyzer on its own; several share the shards.
struct AnalyzeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analyze", abstract: "Turns the stream of calls into rolling KPIs and history.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var stream: StreamOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let configuration = try common.load(stream.flags.merging(store.flags) { $1 })
        let backends = try configuration.requireBackends(for: "analyze")
        let logger = configuration.startLogging("analyze")
        let data = try DataDirectory(configuration.data)
        let opened = try await configuration.openStore(data, logger: logger)
        let callLog = try configuration.openCallLog(data, logger: logger)
        let analyzer = Analyzer(
            callLog: callLog, store: opened,
            feed: try configuration.openRemoteFeed(url: backends.stream, logger: logger),
            configuration: configuration.analyzerConfiguration, logger: logger)
        let ready = ReadyLine(text: "Analyzer  \(configuration.stream.shards) shards")
        try await runServices([analyzer, ready], logger: logger)
        await callLog.close()
        await opened.close()
    }
}
