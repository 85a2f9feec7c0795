import Foundation
import TestSupport

/// What tests of alerts share: an environment, a rule, and somebody who is told.
enum AlertBench {
    static let environment = [
        "VENUS_SERVICE": "checkout", "VENUS_ALERTS_ALLOWED_TARGETS": "127.0.0.0/8", "VENUS_ALERTS_GATHER": "0s",
    ]

    struct Message: Equatable {
        var id: String
        var kind: String
        var fault: String
        var answer: String
        var verified: [Int]
        var signatures: Int
    }

    /// What the receiver was sent, in order.
    static func messages(_ receiver: ChildProcess) throws -> [Message] {
        try receiver.standardOutput.lines.filter { $0.hasPrefix("{") }.map { line in
            let json = try JSONValue(line)
            return Message(
                id: json["id"].string ?? "", kind: json["message"]["type"].string ?? "",
                fault: json["message"]["data"]["fault"].string ?? "", answer: json["answer"].string ?? "",
                verified: json["verified"].array.compactMap(\.int), signatures: json["signatures"].int ?? 0)
        }
    }

    static func receiver(_ port: Int, secrets: String, _ behaviours: [String]) async throws -> ChildProcess {
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

    /// Adds the receiver, whose secret is in the file from then on.
    static func subscribe(_ api: VenusAPI, port: Int, secrets: String) async throws {
        let webhook = try await api.send(
            "POST", "/webhooks", "{\"name\":\"ours\",\"kind\":\"webhook\",\"url\":\"http://127.0.0.1:\(port)/in\"}")
        guard let secret = webhook["secret"].string else { throw TestFailure("no secret: \(webhook)") }
        try secret.write(toFile: secrets, atomically: true, encoding: .utf8)
    }
}
