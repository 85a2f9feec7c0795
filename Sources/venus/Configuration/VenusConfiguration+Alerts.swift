import VenusProxy
package import VenusServer

extension VenusConfiguration {
    /// How alerts are told.
    package struct Alerts: Sendable {
        /// Holds the key that seals endpoints' secrets; `nil`: a file under `data`, made when it is missing.
        package var secretKeyFile: String?
        /// Networks that messages may go to though policy says otherwise.
        package var allowedTargets: [String]
        /// How long alerts gather before the first message.
        package var gather: Duration
        /// After which an unacknowledged fault is told again.
        package var repeatEvery: Duration
        /// The server that mail is given to; `nil`: no mail.
        package var mail: MailServer?

        init(_ reading: inout ConfigurationReading) {
            secretKeyFile = reading.path(.alertsSecretKeyFile, absent: "alerts.key under `data`")
            allowedTargets = reading.networks(.alertsAllowedTargets)
            gather = reading.duration(.alertsGather, default: .seconds(10), .zero ... .seconds(3_600))
            repeatEvery = reading.duration(
                .alertsRepeatEvery, default: .seconds(4 * 3_600), .seconds(60) ... .seconds(7 * 86_400))
            mail = Self.mail(&reading)
        }

        private static func mail(_ reading: inout ConfigurationReading) -> MailServer? {
            let server = reading.value(
                .alertsSMTPServer, absent: "(not set: no mail)",
                expected: "HOST:PORT, for example smtp.example.com:587", show: \.description,
                parse: { text in ListenAddress(text).flatMap { $0.port > 0 ? $0 : nil } })
            let sender = reading.value(
                .alertsSMTPFrom, absent: "(not set)", expected: "an address, for example venus@example.com",
                show: { $0 }, parse: { MailServer.isAddress($0) ? $0 : nil })
            let security = reading.choice(
                .alertsSMTPSecurity, default: .startTLS, among: MailServer.Security.allCases
            ) { $0.rawValue }
            let user = reading.value(
                .alertsSMTPUser, absent: "(not set)", expected: "a name of 1 to 255 bytes", show: { $0 },
                parse: { (1...255).contains($0.utf8.count) && !$0.utf8.contains(0) ? $0 : nil })
            let password = reading.secret(.alertsSMTPPassword, .alertsSMTPPasswordFile, absent: "(not set)")
            let trustFile = reading.path(.alertsSMTPTrustFile, absent: "(the system's)")
            let place = reading.text(.alertsSMTPServer)?.source ?? .default
            guard let server else {
                let others: [ConfigurationKey] = [
                    .alertsSMTPFrom, .alertsSMTPUser, .alertsSMTPPassword, .alertsSMTPPasswordFile,
                    .alertsSMTPTrustFile, .alertsSMTPSecurity,
                ]
                if reading.text(.alertsSMTPServer) == nil, let other = others.first(where: { reading.text($0) != nil })
                {
                    reading.fail(
                        other, at: reading.text(other)?.source ?? .default,
                        "alerts.smtp_server is missing: name the server that mail is given to")
                }
                return nil
            }
            guard let sender else {
                if reading.text(.alertsSMTPFrom) == nil {
                    reading.fail(
                        .alertsSMTPServer, at: place,
                        "alerts.smtp_from is missing: the address that messages are from")
                }
                return nil
            }
            if security == .none, user != nil {
                reading.fail(
                    .alertsSMTPUser, at: place,
                    "a password is given to an encrypted server only; set alerts.smtp_security to starttls or tls")
            }
            if (user == nil) != (password == nil) {
                reading.fail(
                    .alertsSMTPUser, at: place,
                    "alerts.smtp_user and alerts.smtp_password (or its file) go together; give both, or neither")
            }
            var result = MailServer(
                host: server.host, port: Int(server.port), security: security, sender: sender)
            result.user = user
            result.password = password?.text
            result.trustFile = trustFile
            return result
        }
    }

    /// What the server is told of it.
    var alertingConfiguration: AlertingConfiguration {
        var result = AlertingConfiguration()
        result.keyFile = alerts.secretKeyFile ?? data + "/alerts.key"
        result.allowedTargets = alerts.allowedTargets
        result.gather = alerts.gather
        result.repeatEvery = alerts.repeatEvery
        result.mail = alerts.mail
        // As the proxy's policy sees addresses, whatever form they come in. Private networks are where receivers of
        // one's own are.
        result.isAllowed = { text in
            guard let address = IPAddress(text) else { return false }
            let forms = AddressForms(address)
            return forms.allSatisfy { form in
                guard !form.isMetadata else { return false }
                switch form.ownClass {
                case .global, .private, .shared: return true
                case .unspecified, .loopback, .linkLocal, .metadata, .multicast, .documentation, .reserved: return false
                }
            }
        }
        return result
    }
}
