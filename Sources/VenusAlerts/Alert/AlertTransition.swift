/// A change of an alert that people may want to know of.
public struct AlertTransition: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable {
        case pending
        /// Pending, but over before it fired.
        case dropped
        case firing
        case noData = "no_data"
        case resolved
    }

    public var rule: String
    public var kind: Kind
    /// How many times this alert has left `inactive`, from 1.
    public var episode: UInt64
    /// Place of the transition within its episode, from 1.
    public var sequence: UInt64
    /// Seconds since the epoch.
    public var at: Int64
    /// What was measured; `nil` where there was nothing.
    public var value: Double?

    /// The same whenever the transition is made again, by another evaluator or after a restart: what is stored under it
    /// is stored once. Without full stops, as the ids of webhooks must be.
    public var id: String { StableID.make("transition", rule, String(episode), String(sequence)) }

    /// By what people and programs name the alert of this rule: rules' own ids are long and hold any name.
    public static func alertID(ofRule rule: String) -> String { StableID.make("alert", rule) }
}
