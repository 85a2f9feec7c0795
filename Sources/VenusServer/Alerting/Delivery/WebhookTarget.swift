import VenusAlerts

/// Where an endpoint's messages go, and what they are signed with. Only ever stored sealed (``AlertSecrets``).
struct WebhookTarget: Sendable, Codable, Equatable {
    enum Kind: String, Sendable, Codable, CaseIterable {
        case webhook, slack, discord, teams, pagerduty, ntfy, email
    }

    /// A secret that still signs.
    struct Former: Sendable, Codable, Equatable {
        var secret: String
        /// Seconds since the epoch.
        var until: Int64
    }

    var kind: Kind
    /// Empty of an e-mail.
    var url: String
    /// Of ``Kind/webhook``.
    var secret: String?
    var former: [Former]?
    /// Of ``Kind/pagerduty``.
    var routingKey: String?
    /// Of ``Kind/ntfy``.
    var topic: String?
    /// A bearer token that the receiver wants.
    var token: String?
    /// Addresses of an e-mail.
    var to: [String]?

    init(kind: Kind, url: String) {
        self.kind = kind
        self.url = url
    }

    static let pagerDutyURL = "https://events.pagerduty.com/v2/enqueue"

    /// `nil` of an e-mail.
    var receiver: Receiver? {
        switch kind {
        case .webhook: .webhook
        case .slack: .slack
        case .discord: .discord
        case .teams: .teams
        case .pagerduty: .pagerDuty(routingKey: routingKey ?? "")
        case .ntfy: .ntfy(topic: topic ?? "")
        case .email: nil
        }
    }

    /// What signs now; `nil` where there is no secret that could be.
    var keys: WebhookKeys? {
        guard let secret = secret.flatMap({ WebhookSecret($0) }) else { return nil }
        return WebhookKeys(
            secret,
            former: (former ?? []).compactMap { former in
                WebhookSecret(former.secret).map { WebhookKeys.Former(secret: $0, until: former.until) }
            })
    }

    /// Signs with a new secret, and for a while with the one before as well.
    mutating func rotate(to next: WebhookSecret, at now: Int64, overlap: Int64) {
        var keys = keys ?? WebhookKeys(next)
        keys.rotate(to: next, at: now, overlap: overlap)
        secret = keys.current.text
        former = keys.former.map { Former(secret: $0.secret.text, until: $0.until) }
    }

    /// What people may see of it: of most receivers the path is a secret.
    var shownURL: String {
        switch kind {
        case .webhook, .ntfy: return String(url.prefix { $0 != "?" })
        case .slack, .discord, .teams, .pagerduty:
            guard let address = WebhookURL(url)?.address else { return "" }
            return address.description + "/…"
        case .email: return ""
        }
    }
}

/// An http or https URL that is posted to: a server, and what is asked of it.
struct WebhookURL: Sendable, Equatable {
    static let maximumBytes = 2_000

    var address: WebAddress
    /// Path and query.
    var target: String

    /// `nil` for anything else: user information or a fragment among it.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumBytes, !text.contains("#"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), let colon = text.firstRange(of: "://")
        else { return nil }
        let rest = text[colon.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard let address = WebAddress(String(text[..<end])) else { return nil }
        self.address = address
        let path = rest[end...]
        target = path.first == "/" ? String(path) : "/" + path
    }
}
