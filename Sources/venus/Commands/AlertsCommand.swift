import ArgumentParser
import Foundation
import VenusStore

/// `venus alerts`: what is wrong now, in the terminal.
struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "Prints the alerts that are pending, firing or without data.")

    @OptionGroup var access: AccessOptions

    @Option(help: "Only alerts in this state: pending, firing, no_data or inactive.")
    var state: String?

    @Option(help: "Only alerts about this service's calls.")
    var service: String?

    @Flag(help: "The server's JSON, for programs.")
    var json = false

    func run() async throws {
        let body = try await access.client().get(
            "/api/v1/alerts",
            ["limit": "1000", "state": state, "service": service, "environment": access.common.environment])
        if json {
            printLine(String(decoding: body, as: UTF8.self))
            return
        }
        let alerts = try JSONDecoder().decode(Alerts.self, from: body).items
        guard !alerts.isEmpty else {
            printLine(state == nil ? "No alerts." : "No alerts in this state.")
            return
        }
        var table = TextTable([
            ("STATE", .left), ("SEVERITY", .left), ("SUBJECT", .left), ("METRIC", .left), ("VALUE", .right),
            ("LIMIT", .right), ("SINCE", .left), ("", .left),
        ])
        for alert in alerts {
            let notes = [
                alert.inhibited ? "explained by another" : nil, alert.silenced ? "silenced" : nil,
                alert.acknowledged.map { "acknowledged by \(Display.safe($0.by))" },
            ]
            table.append([
                alert.state, alert.severity, alert.subject.text, Display.safe(alert.metric),
                Display.measure(alert.value, of: alert.metric), Display.measure(alert.limit, of: alert.metric),
                alert.since ?? "",
                notes.compactMap(\.self).joined(separator: ", "),
            ])
        }
        for line in table.lines { printLine(line) }
    }

    /// What this command reads of the server's answer.
    private struct Alerts: Decodable {
        var items: [Alert]

        struct Alert: Decodable {
            var state: String
            var severity: String
            var subject: Subject
            var metric: String
            var value: Double?
            var limit: Double?
            var since: String?
            var inhibited: Bool
            var silenced: Bool
            var acknowledged: Acknowledgement?
        }
        struct Acknowledgement: Decodable {
            var by: String
        }
        struct Subject: Decodable {
            var environment: String?
            var service: String?
            var dependency: String?
            var operation: String?
            var host: String?
            var part: String?

            var text: String {
                if let host { return Display.safe([host, part].compactMap(\.self).joined(separator: " ")) }
                let path = [service, dependency].compactMap(\.self).joined(separator: " → ")
                return Display.safe([path, operation].compactMap(\.self).joined(separator: " "))
            }
        }
    }
}
