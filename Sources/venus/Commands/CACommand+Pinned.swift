import ArgumentParser
import Foundation
import VenusProxy

extension CACommand {
    struct Pinned: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pinned", abstract: "Shows the clients that do not take our certificate, and for which hosts.",
            discussion: """
                A client that turns our certificate down twice for a host is passed through there, until the pin \
                expires (interception.pin_lifetime). A host that is forgotten is intercepted again within a second or two.
                """)

        @OptionGroup var place: PlaceOptions
        @Flag(help: "For programs.") var json = false
        @Option(help: ArgumentHelp("Intercept this host again, for every client.", valueName: "host"))
        var forget: String?

        func run() async throws {
            let data = try place.load().data
            let file = PinsFile(path: data.pins)
            do {
                if let forget { return try remove(forget, from: file) }
                let pins = try file.read().filter { $0.value.expires > Self.now }.sorted {
                    ($0.key.host, $0.key.client) < ($1.key.host, $1.key.client)
                }
                try json ? printJSON(pins) : printTable(pins)
            } catch let error as CertificateError {
                throw CommandFailure("\(error)")
            }
        }

        private static var now: Int64 { Int64(Date().timeIntervalSince1970) }

        private func remove(_ name: String, from file: PinsFile) throws {
            let host = SubjectName(host: Array(name.utf8))?.text ?? name
            let removed = try file.edit(now: Self.now) { pins in
                let found = pins.keys.filter { $0.host == host }
                for pin in found { pins[pin] = nil }
                return found.count
            }.result
            guard removed > 0 else {
                throw CommandFailure("no client is passed through to \(Display.safe(name)); see `venus ca pinned`")
            }
            if json { return printLine("{\"forgotten\":\(removed)}") }
            printLine("\(Display.safe(host)) is intercepted again, for \(removed) client\(removed == 1 ? "" : "s")")
        }

        private func printTable(_ pins: [(key: PinnedHost, value: PinTable.Pin)]) {
            guard !pins.isEmpty else { return printLine("No client is passed through for its certificate.") }
            var table = TextTable([("HOST", .left), ("CLIENT", .left), ("LEARNED", .left), ("EXPIRES", .left)])
            for (host, pin) in pins {
                table.append([
                    Display.safe(host.host), Display.safe(host.client), AuthorityReport.time(pin.learned),
                    AuthorityReport.time(pin.expires),
                ])
            }
            for line in table.lines { printLine(line) }
        }

        private struct Output: Encodable {
            var host: String
            var client: String
            var learned_at: String
            var expires_at: String
        }

        private func printJSON(_ pins: [(key: PinnedHost, value: PinTable.Pin)]) throws {
            try AuthorityReport.printJSON([
                "pins": pins.map { host, pin in
                    Output(
                        host: host.host, client: host.client, learned_at: AuthorityReport.time(pin.learned),
                        expires_at: AuthorityReport.time(pin.expires))
                }
            ])
        }
    }
}
