import ArgumentParser
import Foundation
import VenusCore
import VenusStore

/// `venus store …`
struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Shows what the store holds, and moves its history to another one.",
        discussion: """
            From the embedded store to PostgreSQL: stop Venus, `venus store export history.jsonl`, then \
            `venus store import history.jsonl --store-url postgres://…`. `venus backup` takes settings, sessions and the \
            certificate authority as well.
            """,
        subcommands: [Status.self, Export.self, Import.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Says how much history there is, tier by tier, and how much room it takes."
        )

        @OptionGroup var common: CommonOptions
        @OptionGroup var store: StoreOptions

        func run() async throws {
            let configuration = try common.load(store.flags)
            let opened = try await configuration.openPortableStore(try DataDirectory(configuration.data))
            let status: StoreStatus
            do { status = try await opened.status() } catch let error as StoreError {
                throw CommandFailure(error.message)
            }
            await opened.close()
            var table = TextTable([
                ("TIER", .left), ("ROWS", .right), ("FROM", .left), ("TO", .left), ("SIZE", .right),
                ("PARTITIONS", .right), ("TO MAKE", .right),
            ])
            for tier in status.tiers {
                let end = tier.newest.map { $0 + tier.tier.seconds }
                table.append([
                    tier.tier.name, "\(tier.rows)", Self.day(tier.oldest), Self.day(end),
                    tier.bytes.map(Self.size) ?? "", tier.partitions == 0 ? "" : "\(tier.partitions)", "\(tier.marks)",
                ])
            }
            printLine("\(status.database), schema \(status.schema), \(Self.size(status.bytes))")
            for line in table.lines { printLine(line) }
        }

        private static func day(_ second: Int64?) -> String {
            second.map { Date(timeIntervalSince1970: Double($0)).formatted(.iso8601) } ?? "-"
        }

        /// Decimal: 1 kB is 1,000 bytes.
        static func size(_ bytes: Int64) -> String {
            var value = Double(bytes)
            for unit in ["B", "kB", "MB", "GB"] {
                if value < 1_000 { return unit == "B" ? "\(bytes) B" : String(format: "%.1f %@", value, unit) }
                value /= 1_000
            }
            return String(format: "%.1f TB", value)
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Writes all history, as of one moment, to a file of its own.",
            discussion: """
                One line of JSON a record; `venus store import` reads it. A Venus that runs goes on, but what it counts \
                from then on is not in the file: stop it first when you move.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var store: StoreOptions
        @Argument(help: ArgumentHelp("Where to; it must not be there yet. - is standard output.", valueName: "file"))
        var file: String

        func run() async throws {
            let configuration = try common.load(store.flags)
            let data = try DataDirectory(configuration.data)
            let opened = try await configuration.openPortableStore(data)
            if configuration.store.url == nil, data.isAnalysed {
                printError("Venus works in \(data.path): what it counts from now on is not in the file")
            }
            try await StoreTransfer(store: opened).export(to: file, everything: false)
            await opened.close()
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Reads a file of history into the store.",
            discussion: """
                If it breaks off, the same command goes on where it ended; a file is never read in twice. A fleet that \
                works with the store need not be stopped.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var store: StoreOptions
        @Argument(help: ArgumentHelp("What `venus store export` wrote. - is standard input.", valueName: "file"))
        var file: String
        @Flag(help: "Put it beside the history that the store has already.") var add = false

        func run() async throws {
            let configuration = try common.load(store.flags)
            let data = try DataDirectory(configuration.data)
            // The embedded store is one process's.
            let lock = configuration.store.url == nil ? try data.lock() : nil
            defer { withExtendedLifetime(lock) {} }
            let opened = try await configuration.openEmptyStore(data)
            try await StoreTransfer(store: opened).importFile(file, adding: add, everything: false)
            await opened.close()
        }
    }
}
