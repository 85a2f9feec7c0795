import VenusAlerts

/// How alerts are told.
public struct AlertingConfiguration: Sendable {
    /// Holds the key with which endpoints' secrets are sealed; made where it is missing. All servers of one store need
    /// the same. `nil`: endpoints cannot be added here.
    public var keyFile: String?
    /// The server that mail is given to; `nil`: none, so that no mail is sent.
    public var mail: MailServer?
    /// Networks that messages may go to though they would not otherwise: `127.0.0.0/8`.
    public var allowedTargets: [String] = []
    /// Whether messages may go to this address (without brackets) unless ``allowedTargets`` has it.
    public var isAllowed: @Sendable (String) -> Bool = { _ in false }
    /// How long alerts gather before the first message.
    public var gather: Duration = .seconds(10)
    /// After which an unacknowledged fault is told again.
    public var repeatEvery: Duration = .seconds(14_400)

    public init() {}
}

/// A server that takes mail (RFC 5321).
public struct MailServer: Sendable {
    /// How what is said to it is kept from others.
    public enum Security: String, Sendable, CaseIterable {
        /// TLS from the first byte (RFC 8314).
        case tls
        /// Encrypted by STARTTLS (RFC 3207), or nothing is sent.
        case startTLS = "starttls"
        /// In clear, for a server on this machine.
        case none
    }

    /// A name or an address; its certificate has to be for it.
    public var host: String
    public var port: Int
    public var security: Security
    /// Of the messages, and of their envelopes.
    public var sender: String
    /// Given only to a server that is encrypted.
    public var user: String?
    public var password: String?
    /// Authorities (PEM) that are trusted in place of the system's.
    public var trustFile: String?

    public init(host: String, port: Int, security: Security, sender: String) {
        self.host = host
        self.port = port
        self.security = security
        self.sender = sender
    }
}

extension MailServer {
    /// Whether mail can be sent from or to this address.
    public static func isAddress(_ text: String) -> Bool { MailMessage.isWritable(text) }
}
