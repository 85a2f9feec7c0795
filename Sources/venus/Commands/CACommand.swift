import ArgumentParser
import Foundation
import VenusProxy

/// `venus ca …`
struct CACommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca", abstract: "Makes and shows the certificate authority that interception needs.",
        discussion: """
            It is this installation's own: its key is in the data directory, readable by its owner alone, and nothing \
            sends it anywhere. Nothing is intercepted until interception.hosts names hosts.
            """,
        subcommands: [Init.self, Show.self, Export.self, Rotate.self, Pinned.self])

    /// Where the authority is.
    struct PlaceOptions: ParsableArguments {
        @OptionGroup var common: CommonOptions

        func load() throws -> (configuration: VenusConfiguration, data: DataDirectory) {
            let configuration = try common.load()
            return (configuration, try DataDirectory(configuration.data))
        }
    }

    struct Init: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init", abstract: "Makes the certificate authority.",
            discussion:
                "`venus up` and `venus run` make one by themselves where interception is on; `venus proxy` does not.")

        @OptionGroup var place: PlaceOptions
        @Flag(help: "For programs.") var json = false

        func run() async throws {
            let data = try place.load().data
            let content = try named { try data.authority.create(label: machine, now: now) }
            let report = AuthorityReport(content, path: data.authority.path)
            guard !json else { return try report.printJSON() }
            let lines = ["Made a certificate authority.", ""] + report.lines + [""] + TrustStore.lines
            printLine(lines.joined(separator: "\n"))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Shows the certificate authority, and how clients come to trust it.")

        @OptionGroup var place: PlaceOptions
        @Flag(help: "For programs.") var json = false

        func run() async throws {
            let data = try place.load().data
            let report = AuthorityReport(try named { try data.authority.read() }, path: data.authority.path)
            guard !json else { return try report.printJSON() }
            printLine((report.lines + [""] + TrustStore.lines).joined(separator: "\n"))
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Writes the authority's certificate for those who are to trust it.",
            discussion: """
                pem: the certificate, and after a rotation those before it. der: the certificate alone. bundle: the \
                system's authorities, and then as pem, for programs that read one file in the place of the system's.
                """)

        enum Format: String, ExpressibleByArgument, CaseIterable { case pem, der, bundle }

        @OptionGroup var place: PlaceOptions
        @Option(help: "pem, der or bundle.") var format = Format.pem
        @Option(
            name: .shortAndLong,
            help: ArgumentHelp("Where to; replaced. (default: standard output)", valueName: "file"))
        var output: String?

        func run() async throws {
            let data = try place.load().data
            let content = try named { try data.authority.read() }
            let bytes = try named {
                switch format {
                case .pem: try content.certificates.flatMap { try $0.pem() }
                case .der: try content.authority.certificate.der()
                case .bundle:
                    try TrustBundle(content.certificates, variables: ProcessInfo.processInfo.environment).bundle
                }
            }
            guard let output else {
                if format == .der, isatty(STDOUT_FILENO) == 1 {
                    throw CommandFailure("DER is not for a terminal; name a file by --output")
                }
                return try FileHandle.standardOutput.write(contentsOf: Data(bytes))
            }
            do { try Data(bytes).write(to: URL(fileURLWithPath: output), options: .atomic) } catch {
                throw CommandFailure("cannot write \(output): \(error.localizedDescription)")
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate", abstract: "Makes another certificate authority in the place of this one.",
            discussion: """
                The certificate before stays among those that are exported, until --finish: so that nobody has to take \
                up the new one at the very moment. Proxies that run go on with the one that they started with.
                """)

        @OptionGroup var place: PlaceOptions
        @Flag(help: "Forget the certificates before: everybody trusts the present one.") var finish = false
        @Flag(help: "For programs.") var json = false

        func run() async throws {
            let data = try place.load().data
            let content = try named {
                finish ? try data.authority.forgetFormer() : try data.authority.rotate(label: machine, now: now)
            }
            let report = AuthorityReport(content, path: data.authority.path)
            guard !json else { return try report.printJSON() }
            let next =
                finish
                ? ["The certificates before are forgotten. Take them away from your clients' trust stores as well."]
                : [
                    "Made another certificate authority. Next:",
                    "  1. give your clients what `venus ca export` writes: the new certificate, and the one before;",
                    "  2. restart the proxies, which issue by the new one from then on;",
                    "  3. venus ca rotate --finish",
                ]
            printLine((next + [""] + report.lines).joined(separator: "\n"))
        }
    }
}

private var machine: String { ProcessInfo.processInfo.hostName }
private var now: Int64 { Int64(Date().timeIntervalSince1970) }

/// Runs `body`; what is wrong with the authority is a failure of the command.
private func named<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as CertificateError { throw CommandFailure("\(error)") }
}
