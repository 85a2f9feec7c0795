import Logging
import NIOHTTP1
import VenusAlerts

/// Makes one attempt to deliver a message.
struct MessageSender: Sendable {
    /// Of an answer, of which only the status is of use: more is not read.
    private static let maximumBytes = 65_536

    let filter: TargetFilter
    let mail: MailServer?
    let logger: Logger
    /// Seconds since the epoch.
    let now: @Sendable () -> Int64
    /// Of an attempt.
    var timeout: Duration = .seconds(DeliveryStateMachine.timeout)

    func send(_ message: AlertMessage, to target: WebhookTarget) async -> DeliveryResult {
        guard let receiver = target.receiver else { return await sendMail(message, to: target.to ?? []) }
        guard let url = WebhookURL(target.url) else { return .broken(errorType: "configuration") }
        let body = receiver.body(of: message)
        var fields = [("Content-Type", Receiver.contentType)]
        if let token = target.token { fields.append(("Authorization", "Bearer \(token)")) }
        if receiver.isSigned {
            let at = now()
            guard let keys = target.keys,
                let signed = WebhookSignature.headers(
                    id: message.id, at: at, body: body, secrets: keys.active(at: at))
            else { return .broken(errorType: "configuration") }
            fields += signed.map { ($0.name, $0.value) }
        }
        var client = WebClient(url.address, timeout: timeout, maximumBytes: Self.maximumBytes)
        client.filter = filter
        client.takesBeginning = true
        do {
            let answer = try await client.send(.POST, url.target, fields, body: body)
            let wait = answer.fields.first(name: "Retry-After").flatMap { RetryAfter.seconds($0, at: now()) }
            return .answered(status: answer.status, retryAfter: wait)
        } catch {
            return error == .timedOut ? .timedOut : .broken(errorType: error.errorType)
        }
    }

    private func sendMail(_ message: AlertMessage, to recipients: [String]) async -> DeliveryResult {
        guard let mail else { return .broken(errorType: "configuration") }
        let host = mail.sender.split(separator: "@").last.map(String.init) ?? mail.host
        guard let content = MailMessage.bytes(message, from: mail.sender, to: recipients, host: host) else {
            return .broken(errorType: "configuration")
        }
        return await MailClient(server: mail, timeout: timeout, logger: logger)
            .send(content, from: mail.sender, to: recipients)
    }
}

extension WebFailure {
    /// As RFC 9209 names it.
    var errorType: String {
        switch self {
        case .cannotConnect: "connection_refused"
        case .noProxy, .proxyRefused: "proxy_internal_error"
        case .prohibited: "destination_ip_prohibited"
        case .noTrust, .certificateForOther, .certificateNotTrusted: "tls_certificate_error"
        case .noTLS: "tls_protocol_error"
        case .brokenOff: "http_response_incomplete"
        case .tooLarge: "http_response_body_size"
        case .timedOut: "http_response_timeout"
        }
    }
}
