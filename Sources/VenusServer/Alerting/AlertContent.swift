import FoundationEssentials
package import VenusAlerts
package import VenusCore
package import VenusStore

/// An alert as its row in the store holds it.
package struct AlertContent: Sendable, Codable, Equatable {
    package var rule: AlertRule
    package var machine: AlertStateMachine
    /// What was measured last while it was not inactive.
    package var value: Double?
    package var limit: Double?
    /// Whether people are told of another fault that explains it.
    package var isInhibited: Bool
    package var isSilenced: Bool
    /// The fault that it belongs to, by whose id it is acknowledged; `nil` while there is none.
    package var fault: String?
    package var acknowledgement: NoticeStateMachine.Acknowledgement?

    package init(rule: AlertRule, machine: AlertStateMachine) {
        self.rule = rule
        self.machine = machine
        isInhibited = false
        isSilenced = false
    }

    /// The row of this alert.
    func record(at now: Int64) throws -> AlertRecord {
        let labels = AlertLabels(rule)
        return AlertRecord(
            id: rule.alertID, rule: rule.id, state: machine.recordState, severity: rule.severity.rawValue,
            environment: labels[.environment], service: labels[.service], dependency: labels[.dependency],
            operation: labels[.operation], host: labels[.host], changedAt: now, content: try AlertJSON.encode(self))
    }
}

/// A transition as its row holds it, and the live socket and REST tell it.
package struct TransitionContent: Sendable, Codable, Equatable {
    package var rule: AlertRule
    package var kind: AlertTransition.Kind
    package var value: Double?
    package var limit: Double?
}

/// What an evaluator knows beside its alerts.
struct EvaluatorContent: Sendable, Codable {
    var notices: NoticeStateMachine
}

extension AlertRule {
    /// By what people and programs name its alert: 32 hexadecimal digits.
    package var alertID: String { AlertTransition.alertID(ofRule: id) }
}

extension AlertStateMachine {
    package var recordState: AlertRecord.State {
        switch state {
        case .inactive: .inactive
        case .pending: .pending
        case .firing: .firing
        case .noData: .noData
        }
    }

    /// Since when it is in its state, seconds since the epoch; `nil` for one that is inactive.
    package var since: Int64? {
        switch state {
        case .inactive: nil
        case .pending(let since, _), .firing(let since, _, _), .noData(let since, _): since
        }
    }
}

/// JSON of what is stored.
enum AlertJSON {
    static func encode(_ value: some Encodable) throws -> String {
        String(decoding: try JSONOutput.encode(value), as: UTF8.self)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}
