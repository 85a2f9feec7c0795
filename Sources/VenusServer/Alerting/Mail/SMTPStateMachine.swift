import FoundationEssentials

/// One message on its way to a mail server (RFC 5321, with STARTTLS by RFC 3207 and AUTH PLAIN by RFC 4616), without
/// I/O.
///
/// It never goes back to clear text, and gives no password away in it. Recipients that are refused keep nothing from the
/// others.
package struct SMTPStateMachine: Sendable {
    package enum Action: Sendable, Equatable {
        /// Wait for the rest of the reply.
        case wait
        case send([UInt8])
        /// Encrypt the connection, then call ``encrypted()``.
        case startTLS
        /// It is over; the reply's code, 250 of a message that was taken.
        case finish(Int)
        /// What came is no SMTP, or too little for what is demanded.
        case fail
    }

    fileprivate enum Step: Sendable, Equatable {
        case greeting, hello, startTLS, helloEncrypted, authentication, sender
        case recipient(Int)
        case data, content
    }

    /// Of one line of a reply, and of the lines of one reply (RFC 5321, section 4.5.3.1.5 has 512).
    package static let maximumLineBytes = 4_096
    package static let maximumLines = 100

    /// Codes that say that the same message will never be taken: what is permanent, but for 535, since a password that is
    /// wrong while it is changed is right later.
    package static let refusals = Set(500...599).subtracting([535])

    private let security: MailServer.Security
    private let name: String
    private let credentials: (user: String, password: String)?
    private let sender: String
    private let recipients: [String]
    private let content: [UInt8]
    private var step = Step.greeting
    private var lines = 0
    private var offers: Set<String> = []
    /// Recipients that the server does not take.
    package private(set) var refused: [String] = []
    /// With what it refused them; a code that says that it may take one later counts before others.
    private var refusal: Int?

    /// - Parameters:
    ///   - name: ours.
    ///   - content: lines that end with CRLF; full stops are not doubled yet.
    package init(
        security: MailServer.Security, name: String, credentials: (user: String, password: String)?, sender: String,
        recipients: [String], content: [UInt8]
    ) {
        self.security = security
        self.name = name
        self.credentials = credentials
        self.sender = sender
        self.recipients = recipients
        self.content = content
    }

    /// A line of the server's, without its CRLF.
    package mutating func received(_ line: [UInt8]) -> Action {
        lines += 1
        guard lines <= Self.maximumLines, line.count >= 3, line[..<3].allSatisfy({ (48...57).contains($0) }) else {
            return .fail
        }
        let code = line[..<3].reduce(0) { $0 * 10 + Int($1 - 48) }
        let isLast = line.count == 3 || line[3] == UInt8(ascii: " ")
        guard isLast || line[3] == UInt8(ascii: "-") else { return .fail }
        if step == .hello || step == .helloEncrypted, code == 250, line.count > 4 {
            offers.insert(String(decoding: line[4...], as: UTF8.self).uppercased())
        }
        guard isLast else { return .wait }
        lines = 0
        return replied(code)
    }

    /// The connection is encrypted now. What was said before counts no more (RFC 3207, section 4.2).
    package mutating func encrypted() -> Action {
        offers = []
        step = .helloEncrypted
        return command("EHLO \(name)")
    }

    private mutating func replied(_ code: Int) -> Action {
        let wanted =
            switch step {
            case .greeting, .startTLS: 220
            case .hello, .helloEncrypted, .sender, .recipient, .content: 250
            case .authentication: 235
            case .data: 354
            }
        // 251: it is passed on.
        let isRight = code == wanted || (code == 251 && step.isRecipient)
        guard isRight else {
            guard (400...599).contains(code) else { return .fail }
            // After 421 the server goes.
            guard case .recipient(let place) = step, code != 421 else { return .finish(code) }
            refused.append(recipients[place])
            refusal = min(refusal ?? code, code)
            return recipient(after: place)
        }
        switch step {
        case .greeting:
            step = security == .tls ? .helloEncrypted : .hello
            return command("EHLO \(name)")
        case .hello:
            guard security == .startTLS else { return begin(isEncrypted: false) }
            guard offers.contains("STARTTLS") else { return .fail }
            step = .startTLS
            return command("STARTTLS")
        case .startTLS: return .startTLS
        case .helloEncrypted: return begin(isEncrypted: true)
        case .authentication: return mail()
        case .sender: return recipient(0)
        case .recipient(let place): return recipient(after: place)
        case .data:
            step = .content
            return .send(Self.doubled(content) + Array(".\r\n".utf8))
        case .content: return .finish(code)
        }
    }

    private mutating func begin(isEncrypted: Bool) -> Action {
        guard let credentials else { return mail() }
        let isOffered = offers.contains { offer in
            let words = offer.split(separator: " ")
            return words.first == "AUTH" && words.contains("PLAIN")
        }
        guard isEncrypted, isOffered else { return .fail }
        step = .authentication
        return command(
            "AUTH PLAIN \(Data("\0\(credentials.user)\0\(credentials.password)".utf8).base64EncodedString())")
    }

    private mutating func mail() -> Action {
        step = .sender
        return command("MAIL FROM:<\(sender)>")
    }

    private mutating func recipient(_ place: Int) -> Action {
        step = .recipient(place)
        return command("RCPT TO:<\(recipients[place])>")
    }

    /// The next one, or the message, if anybody is to have it.
    private mutating func recipient(after place: Int) -> Action {
        guard place + 1 == recipients.count else { return recipient(place + 1) }
        if let refusal, refused.count == recipients.count { return .finish(refusal) }
        step = .data
        return command("DATA")
    }

    private func command(_ text: String) -> Action { .send(Array((text + "\r\n").utf8)) }

    /// Full stops that begin a line are doubled (RFC 5321, section 4.5.2).
    static func doubled(_ content: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(content.count + 16)
        var isLineStart = true
        for byte in content {
            if isLineStart, byte == UInt8(ascii: ".") { result.append(byte) }
            result.append(byte)
            isLineStart = byte == UInt8(ascii: "\n")
        }
        return result
    }
}

extension SMTPStateMachine.Step {
    fileprivate var isRecipient: Bool { if case .recipient = self { true } else { false } }
}
