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
            method: .post, path: "/api/v1/hosts", id: "addHost",
            summary: "Makes a key for a machine, and the line for its shell that installs the agent and starts it",
            tag: "Hosts", body: "NewHost", success: 201, contents: [.json("AddedHost")], refusals: [404, 409]),
        OpenAPIOperation(
            path: "/api/v1/agent/install", id: "getAgentScript",
            summary: "What that line fetches: a script for sh, for a key with hosts:write or an admin", tag: "Hosts",
            contents: [.text("text/x-shellscript")], refusals: [404, 409]),
        OpenAPIOperation(
            path: "/api/v1/agent/venus.tar", id: "getAgentProgram",
            summary: "What the script fetches: the server's own program with its libraries; its ETag is its SHA-256",
            tag: "Hosts", contents: [.text("application/x-tar")], isKept: true, refusals: [404, 409]),
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
            path: "/api/v1/buckets", id: "getBuckets",
            summary: "The buckets that hosts' readings come through, and how it stands with them", tag: "Hosts",
            contents: [.json("Buckets")]),
        OpenAPIOperation(
            path: "/api/v1/hosts/{host}/watch", id: "getHostWatchers",
            summary: "Whether somebody looks at the host, for its agent: a key with hosts:write, or an admin",
            tag: "Hosts",
            parameters: [
                .inPath("host", "The host's name."),
                .number(
                    "wait_ms", 0...HostWaiters.maximumHold,
                    "How long to hold the question until somebody does; 0, not at all, by default."),
            ],
            contents: [.json("HostWatchers")], refusals: [404]),
        OpenAPIOperation(
            method: .delete, path: "/api/v1/hosts/{host}", id: "removeHost",
            summary: "Forgets a host and its readings; an agent that still sends makes it known again", tag: "Hosts",
            parameters: [.inPath("host", "The host's name.")], success: 204, refusals: [404]),
    ]
}
