import HTTPTypes
import VenusCore

extension OpenAPIOperation {
    /// The machines themselves.
    static let hosts = [
        OpenAPIOperation(
            path: "/api/v1/hosts", id: "getHosts", summary: "The hosts, and how they are now", tag: "Hosts",
            parameters: [
                .environment, .text("host", "Only this machine, with all of its metrics."), .service,
            ],
            contents: [.json("Hosts")], isKept: true),
        OpenAPIOperation(
            path: "/api/v1/hosts/{host}/history", id: "getHostHistory",
            summary: "Stored metrics of a host over a range",
            tag: "Hosts",
            parameters: [
                .inPath("host", "The host's name."),
                .choice("format", TableFormat.allCases.map(\.rawValue), "Points, columns, or CSV instead of Accept."),
                .time("from", "The start, instead of range."),
                .choice(
                    "metric", HostMetric.allCases.map(\.name), "Only this metric; what tells most by default."),
                .choice("range", HistoryRange.allCases.map(\.rawValue), "A span that ends now; hour by default."),
                .text("state", "Only series of this state, such as read or used."),
                .text("subject", "Only series of this processor, device, mount point, interface, resource or program."),
                .time("to", "The end; now by default."),
            ],
            contents: [.json("HostHistory", "HostHistoryColumns"), .text(TableFormat.csvMediaType)], isKept: true,
            refusals: [404]),
        OpenAPIOperation(
            method: .post, path: "/api/v1/hosts/{host}/readings", id: "addReadings",
            summary: "Takes an agent's readings, each once, for a key with hosts:write or an admin", tag: "Hosts",
            parameters: [.inPath("host", "The host's name: printable ASCII without blanks and slashes.")],
            body: "ReadingsBatch", contents: [.json("ReadingsReceipt")], refusals: [409]),
        OpenAPIOperation(
            method: .delete, path: "/api/v1/hosts/{host}", id: "removeHost",
            summary: "Forgets a host and its readings; an agent that still sends makes it known again", tag: "Hosts",
            parameters: [.inPath("host", "The host's name.")], success: 204, refusals: [404]),
    ]
}
