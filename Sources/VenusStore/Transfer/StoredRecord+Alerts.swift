public import Foundation

extension StoredRecord {
    /// An alert as it is. All times of alerts are seconds since the epoch.
    public struct Alert: Sendable, Codable, Equatable {
        public var id: String
        public var rule: String
        public var state: String
        public var severity: String
        public var environment: String
        public var service: String
        public var dependency: String
        public var operation: String
        public var host: String
        public var changedAt: Int64
        /// Of its newest transition.
        public var number: Int64
        /// JSON.
        public var content: String

        private enum CodingKeys: String, CodingKey {
            case id, rule, state, severity, environment, service, dependency, operation, host, number, content
            case changedAt = "changed_at"
        }
    }

    /// A change of an alert.
    public struct Transition: Sendable, Codable, Equatable {
        public var number: Int64
        public var id: String
        public var alert: String
        public var at: Int64
        /// JSON.
        public var content: String
    }

    /// How far the evaluation of alerts has come.
    public struct Evaluation: Sendable, Codable, Equatable {
        /// Of the newest transition.
        public var newest: Int64
        /// JSON: which faults people know of.
        public var content: String
    }

    /// Somebody who is told of alerts: where, and with which secrets, is sealed here as it is in the store.
    public struct Receiver: Sendable, Codable, Equatable {
        public var id: String
        public var name: String
        public var kind: String
        public var sealed: Data
        public var isEnabled: Bool
        public var failure: String
        public var failedAt: Int64
        public var pausedUntil: Int64
        public var deliveredAt: Int64
        public var lost: Int64
        public var createdAt: Int64
        public var createdBy: String
        public var changedAt: Int64

        private enum CodingKeys: String, CodingKey {
            case id, name, kind, sealed, failure, lost
            case isEnabled = "is_enabled"
            case failedAt = "failed_at"
            case pausedUntil = "paused_until"
            case deliveredAt = "delivered_at"
            case createdAt = "created_at"
            case createdBy = "created_by"
            case changedAt = "changed_at"
        }
    }

    /// A message that is on its way to somebody.
    public struct Message: Sendable, Codable, Equatable {
        public var id: String
        public var fault: String
        public var at: Int64
        /// JSON.
        public var content: String
    }

    /// How far a message is on its way to one receiver.
    public struct Delivery: Sendable, Codable, Equatable {
        public var receiver: String
        public var message: String
        public var fault: String
        public var since: Int64
        /// JSON.
        public var state: String
    }
}
