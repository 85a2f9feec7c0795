import ArgumentParser
import VenusCore

/// The command line: reads the configuration, wires the roles, nothing else.
@main
struct Venus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "venus",
        abstract: "Watches the services that an application depends on.",
        discussion: """
            Start with `venus up`: it runs everything on this machine and prints the proxy's address, the dashboard and \
            the one line that sends an application through it.
            """,
        version: "venus \(Version.current)",
        subcommands: [
            UpCommand.self, RunCommand.self, ProxyCommand.self, AnalyzeCommand.self, ServeCommand.self,
            AgentCommand.self,
            GraphCommand.self, AlertsCommand.self, TailCommand.self, PolicyCommand.self, KeyCommand.self,
            CACommand.self,
            LoginCommand.self, LogoutCommand.self, PasswdCommand.self, UserCommand.self, APIKeyCommand.self,
            HostCommand.self, IngestCommand.self,
            StoreCommand.self, BackupCommand.self, RestoreCommand.self, ConfigCommand.self,
        ]
    )
}
