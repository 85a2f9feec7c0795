import ArgumentParser

/// `venus config …`
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Looks at the configuration.", subcommands: [Check.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Says what is wrong with the configuration, or what holds and where each value comes from.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let configuration = try common.load()
            try configuration.checkServing()
            printLine(ConfigCheck.report(configuration))
        }
    }
}
