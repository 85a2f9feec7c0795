import Foundation
import TestSupport

/// What tests of alerts share: an environment, a rule, and somebody who is told.
enum AlertBench {
    static let environment = [
        "VENUS_SERVICE": "checkout", "VENUS_ALERTS_ALLOWED_TARGETS": "127.0.0.0/8", "VENUS_ALERTS_GATHER": "0s",
    ]

    /// A request that the receiver got; of one that is no message most is empty.
    struct Message: Equatable {
        var method: String
        var path: String
        var id: String
        var kind: String
        var fault: String
        var answer: String
        var verified: [Int]
        var signatures: Int
        /// When it was made: RFC 3339, in seconds.
        var timestamp: String
        var data: JSONValue
    }

    /// What the receiver was sent, in order.
    static func messages(_ receiver: ChildProcess) throws -> [Message] {
        try receiver.standardOutput.lines.filter { $0.hasPrefix("{") }.map { line in
            let json = try JSONValue(line)
            let message = json["message"]
            return Message(
                method: json["method"].string ?? "", path: json["path"].string ?? "", id: json["id"].string ?? "",
                kind: message["type"].string ?? "", fault: message["data"]["fault"].string ?? "",
                answer: json["answer"].string ?? "", verified: json["verified"].array.compactMap(\.int),
                signatures: json["signatures"].int ?? 0, timestamp: message["timestamp"].string ?? "",
                data: message["data"])
        }
    }

    /// Somebody who is told from now on, and their id.
    ///
    /// - Parameters:
    ///   - directory: gets the file of secrets.
    ///   - behaviours: one a message; 200 ever after.
    static func receiver(
        of api: VenusAPI, in directory: TemporaryDirectory, _ behaviours: [String] = []
    ) async throws -> (process: ChildProcess, webhook: String) {
        let (port, secrets) = (try freePort(), directory.file("secrets"))
        let process = try await receiver(port, secrets: secrets, behaviours)
        return (process, try await subscribe(api, port: port, secrets: secrets))
    }

    static func receiver(_ port: Int, secrets: String, _ behaviours: [String] = []) async throws -> ChildProcess {
        let script = VenusBinary.packageRoot + "/Tests/BlackBox/Alerts/receiver.py"
        let process = try ChildProcess("/usr/bin/python3", [script, "\(port)", secrets] + behaviours)
        try await process.waitForLine("the receiver") { $0 == "ready" }
        return process
    }

    /// Sets a limit on the edge's availability over ten seconds, and a rule on it: nothing but this rule tells of the
    /// edge within a minute.
    static func watch(_ api: VenusAPI, _ origin: Origin, limit: Double, keepFiringFor: Int) async throws {
        let edge =
            "\"level\":\"edge\",\"environment\":\"production\",\"service\":\"checkout\","
            + "\"dependency\":\"\(origin.authority)\",\"metric\":\"availability\""
        try await api.send(
            "PUT", "/thresholds", "{\(edge),\"window\":\"10s\",\"warning\":\(limit),\"minimum_calls\":5}")
        try await api.send(
            "PUT", "/rules/quick",
            "{\(edge),\"severity\":\"warning\",\"for_seconds\":1,\"keep_firing_for_seconds\":\(keepFiringFor)}")
    }

    /// Adds the receiver, whose secret is in the file from then on; its id.
    private static func subscribe(_ api: VenusAPI, port: Int, secrets: String) async throws -> String {
        let webhook = try await api.send(
            "POST", "/webhooks", "{\"name\":\"ours\",\"kind\":\"webhook\",\"url\":\"http://127.0.0.1:\(port)/in\"}")
        guard let id = webhook["id"].string, let secret = webhook["secret"].string else {
            throw TestFailure("no secret: \(webhook)")
        }
        try secret.write(toFile: secrets, atomically: true, encoding: .utf8)
        return id
    }

    /// What an alert did, the oldest first.
    static func transitions(_ api: VenusAPI, of rule: String) async throws -> [String] {
        try await api.get("/alerts/transitions?limit=1000")["items"].array.filter { $0["rule"].string == rule }
            .reversed().compactMap { $0["kind"].string }
    }

    /// The dashboard at the time of a message, with the dependency: every reserved character is encoded.
    static func link(_ venus: VenusUp, _ origin: Origin, at timestamp: String) -> String {
        let encoded = { (text: String) in text.replacing(":", with: "%3A") }
        return venus.dashboard + "?at=" + encoded(timestamp.dropLast() + ".000Z")
            + "&environment=production&dependency=" + encoded(origin.authority)
    }
}
