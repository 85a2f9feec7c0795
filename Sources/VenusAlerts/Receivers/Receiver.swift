/// What reads our messages. Each has a documented form and limits; what does not fit is cut, and says so.
public enum Receiver: Sendable, Hashable, Codable {
    /// Standard Webhooks: signed, the message as it is.
    case webhook
    /// An incoming webhook of Slack.
    case slack
    /// A webhook of a Discord channel.
    case discord
    /// A workflow "post to a channel when a webhook request is received" of Teams.
    case teams
    /// Events API v2.
    case pagerDuty(routingKey: String)
    /// The root of an ntfy server.
    case ntfy(topic: String)

    /// The content type of what ``body(of:)`` makes.
    public static let contentType = "application/json"

    /// The body of the POST that tells this receiver.
    public func body(of message: AlertMessage) -> [UInt8] {
        switch self {
        case .webhook: WebhookBody.json(message).bytes
        case .slack: SlackBody.json(message).bytes
        case .discord: DiscordBody.json(message).bytes
        case .teams: TeamsBody.bytes(message)
        case .pagerDuty(let routingKey): PagerDutyBody.json(message, routingKey: routingKey).bytes
        case .ntfy(let topic): NtfyBody.json(message, topic: topic).bytes
        }
    }

    /// Whether messages carry our signature.
    public var isSigned: Bool { self == .webhook }

    /// Answers that say that the same message will never be taken. Standard Webhooks knows only 410, which is the end
    /// of the endpoint; the services have their own.
    public var refusals: Set<Int> {
        switch self {
        case .webhook: []
        case .slack, .discord, .teams, .pagerDuty, .ntfy: [400, 401, 403, 404, 413]
        }
    }
}
