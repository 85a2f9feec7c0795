import ArgumentParser
import Foundation
import Logging
import VenusCallLog
import VenusCore

/// `venus tail`: calls as they come in.
struct TailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Prints the calls of the stream as they come in.",
        discussion: """
            Reads the stream itself: the journal of this machine's `venus up`, or Redis where one is configured.

            Of an HTTPS tunnel it prints when it is established, the exchanges inside as far as they can be seen from \
            outside (≈ marks an estimated time; their status is not visible), and its end. With --json also what a \
            tunnel in use has moved, every 10 s ("kind":"activity").
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var stream: StreamOptions

    @Option(help: "Only this service's calls.")
    var service: String?

    @Flag(help: "Only calls that failed: client, server and transport errors.")
    var errors = false

    @Flag(help: "One JSON object a line, for programs.")
    var json = false

    func run() async throws {
        let configuration = try common.load(stream.flags)
        let logger = configuration.startLogging("tail")
        let callLog = try configuration.openCallLog(try DataDirectory(configuration.data), logger: logger)
        // All before the first line is printed: what comes after that line is shown, whatever its shard.
        var ends: [EntryID] = []
        for shard in 0..<callLog.shards { ends.append(try await callLog.lastID(shard: shard)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (shard, end) in ends.enumerated() {
                group.addTask {
                    var cursor = end
                    while !Task.isCancelled {
                        let entries = try await callLog.read(
                            shard: shard, after: cursor, limit: 100, wait: .seconds(1))
                        for entry in entries { show(entry) }
                        cursor = entries.last?.id ?? cursor
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func show(_ entry: LogEntry) {
        guard case .calls(let record) = BlockDecoder.decode(entry), let block = try? record.block(),
            service == nil || service == block.producer.service,
            common.environment == nil || common.environment == block.producer.environment
        else { return }
        for call in block.calls {
            let line = CallLine(call: call, operation: block.operations[call.operation], producer: block.producer)
            if errors, !line.isError { continue }
            if !json, line.kind == .activity { continue }
            // As in `venus tail | head`.
            do { try writeLine(json ? line.json : line.text) } catch { Foundation.exit(0) }
        }
    }
}
