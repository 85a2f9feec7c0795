import ArgumentParser
import Foundation
import VenusProxy

/// `venus key …`
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Makes and takes away the keys by which services use a shared proxy.",
        discussion: """
            The keys file holds what a proxy needs to know a key again, not the keys: a key is shown once, when it is \
            made. A proxy that runs takes up a change of the file by itself.
            """,
        subcommands: [Create.self, List.self, Revoke.self])

    /// Which keys file.
    struct FileOptions: ParsableArguments {
        @OptionGroup var common: CommonOptions

        @Option(help: ArgumentHelp("The keys file. (default: proxy.keys_file of the configuration)", valueName: "file"))
        var file: String?

        func load() throws -> (configuration: VenusConfiguration, editor: KeysFileEditor) {
            // A file that is named here needs no configuration that has use for it.
            let flags = file.map { ["proxy.keys_file": $0, "proxy.authentication": "keys"] } ?? [:]
            let configuration = try common.load(flags)
            guard let path = configuration.proxy.keysFile else {
                throw CommandFailure("which keys file? Name it by --file, or by proxy.keys_file in the configuration")
            }
            return (configuration, KeysFileEditor(path: path))
        }

        /// The keys of a file that is there.
        func keys(_ editor: KeysFileEditor) throws -> ServiceKeys {
            guard let text = try editor.read() else { throw CommandFailure("there is no file \(editor.path)") }
            do { return try ServiceKeys(text: text) } catch { throw CommandFailure("\(editor.path): \(error)") }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Makes a key for a service, and shows it this once.",
            discussion: """
                The file is made where it is missing, for nobody but you. A service may have several keys: hand out the \
                new one, then take the old one away by its id.
                """)

        @Argument(help: "The service whose calls are recorded under its name.") var service: String
        @OptionGroup var options: FileOptions

        @Option(help: "What to remember of the key, for `venus key list`. (default: the day)")
        var note: String?

        @Flag(help: "Print the proxy's URL with the key, and nothing else.")
        var quiet = false

        func validate() throws {
            if let reason = ServiceKey.fault(inName: service) {
                throw ValidationError("'\(Display.safe(service))' names no service: \(reason).")
            }
            if let note, note.contains(where: \.isNewline) || note.utf8.count > 200 {
                throw ValidationError("A note is one line of at most 200 bytes.")
            }
        }

        func run() async throws {
            let (configuration, editor) = try options.load()
            var generator = SystemRandomNumberGenerator()
            let secret = ServiceKey.random(using: &generator)
            let day = Date().formatted(.iso8601.year().month().day())
            let key = ServiceKey(
                service: service, digest: KeyDigest(of: Array(secret.utf8)), note: note ?? "made on \(day)")
            try editor.edit { try $0.append(key) }
            let url = Self.url(service: service, key: secret, listen: configuration.proxy.listen)
            guard !quiet else { return printLine(url) }
            printLine(
                """
                A key of \(service), shown this once; its id is \(key.id). Set the service's proxy to

                  \(url)

                as in: export HTTP_PROXY=URL HTTPS_PROXY=URL http_proxy=URL https_proxy=URL
                """)
        }

        /// `http://SERVICE:KEY@HOST:PORT`
        private static func url(service: String, key: String, listen: ListenAddress) -> String {
            var listen = listen
            if ["0.0.0.0", "::"].contains(listen.host) { listen.host = ProcessInfo.processInfo.hostName }
            let unreserved = CharacterSet(
                charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
            // Only text that is not Unicode has no such form, and a String always is.
            let name = service.addingPercentEncoding(withAllowedCharacters: unreserved) ?? service
            return "http://\(name):\(key)@\(listen)"
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Shows whose keys there are, by their ids.")

        @OptionGroup var options: FileOptions

        func run() async throws {
            let (_, editor) = try options.load()
            var table = TextTable([("SERVICE", .left), ("ID", .left), ("NOTE", .left)])
            for key in try options.keys(editor).keys.sorted(by: { ($0.service, $0.line) < ($1.service, $1.line) }) {
                table.append([Display.safe(key.service), key.id, Display.safe(key.note)])
            }
            for line in table.lines { printLine(line) }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "Takes away the keys of a service, or one key by its id.",
            discussion: "Proxies that run refuse them within seconds; tunnels that are open go on until they end.")

        @Argument(help: ArgumentHelp("A service, or the id of a key.", valueName: "service|id")) var name: String
        @OptionGroup var options: FileOptions

        func run() async throws {
            let (_, editor) = try options.load()
            _ = try options.keys(editor)
            let removed = try editor.edit { try $0.remove(name) }
            guard !removed.isEmpty else {
                throw CommandFailure("no service and no key is called \(Display.safe(name)); see `venus key list`")
            }
            for key in removed { printLine("took away the key \(key.id) of \(Display.safe(key.service))") }
        }
    }
}
