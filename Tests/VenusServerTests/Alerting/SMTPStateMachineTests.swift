import TestSupport
import Testing
import VenusServer

@Suite("Giving mail to a server")
struct SMTPStateMachineTests {
    private static func machine(
        _ security: MailServer.Security = .startTLS, user: String? = nil, recipients: [String] = ["ada@example.com"],
        content: String = "Subject: x\r\n\r\n.hidden\r\nend\r\n"
    ) -> SMTPStateMachine {
        SMTPStateMachine(
            security: security, name: "[127.0.0.1]", credentials: user.map { (user: $0, password: "p w") },
            sender: "venus@example.com", recipients: recipients, content: Array(content.utf8))
    }

    /// What it sends in answer to these lines, in short.
    private static func talk(_ machine: inout SMTPStateMachine, _ lines: [String]) -> [String] {
        lines.compactMap { line in
            switch machine.received(Array(line.utf8)) {
            case .wait: nil
            case .send(let bytes):
                String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").joined(separator: "|")
            case .startTLS: "(TLS)"
            case .finish(let code): "(\(code))"
            case .fail: "(fail)"
            }
        }
    }

    @Test("a message is given after STARTTLS, with its full stops doubled")
    func message() {
        var machine = Self.machine(user: "venus", recipients: ["ada@example.com", "bob@example.com"])
        let clear = Self.talk(&machine, ["220 mail ESMTP", "250-mail", "250-STARTTLS", "250 HELP", "220 go"])
        #expect(clear == ["EHLO [127.0.0.1]", "STARTTLS", "(TLS)"])
        #expect(machine.encrypted() == .send(Array("EHLO [127.0.0.1]\r\n".utf8)))
        let rest = Self.talk(
            &machine,
            ["250-mail", "250 AUTH PLAIN LOGIN", "235 ok", "250 ok", "250 ok", "251 passed on", "354 go", "250 ok"])
        #expect(
            rest == [
                "AUTH PLAIN AHZlbnVzAHAgdw==", "MAIL FROM:<venus@example.com>", "RCPT TO:<ada@example.com>",
                "RCPT TO:<bob@example.com>", "DATA", "Subject: x|..hidden|end|.", "(250)",
            ])
    }

    @Test("nothing is sent in clear where encryption is demanded, and no password ever")
    func clear() {
        var stripped = Self.machine()
        #expect(Self.talk(&stripped, ["220 mail", "250 HELP"]) == ["EHLO [127.0.0.1]", "(fail)"])
        var refused = Self.machine()
        #expect(Self.talk(&refused, ["220 mail", "250 STARTTLS", "454 not now"]).last == "(454)")
        var unencrypted = Self.machine(.none, user: "venus")
        #expect(Self.talk(&unencrypted, ["220 mail", "250 AUTH PLAIN"]).last == "(fail)")
        // What was offered in clear counts no more.
        var injected = Self.machine(user: "venus")
        _ = Self.talk(&injected, ["220 mail", "250-AUTH PLAIN", "250 STARTTLS", "220 go"])
        _ = injected.encrypted()
        #expect(Self.talk(&injected, ["250 HELP"]) == ["(fail)"])
    }

    @Test("a recipient that is refused keeps the message from nobody else; where all are, that is the outcome")
    func recipients() {
        func talk(_ replies: [String]) -> (said: [String], refused: [String]) {
            var machine = Self.machine(
                .none, recipients: ["ada@example.com", "bob@example.com", "eve@example.com"])
            let said = Self.talk(
                &machine, ["220 mail", "250 HELP", "250 ok"] + replies + ["354 go", "250 taken"])
            return (Array(said.dropFirst(2)), machine.refused)
        }
        let asked = ["ada", "bob", "eve"].map { "RCPT TO:<\($0)@example.com>" }
        let given = asked + ["DATA", "Subject: x|..hidden|end|.", "(250)"]
        for code in ["550 gone", "452 full"] {
            for place in 0..<3 {
                var replies = ["250 ok", "250 ok", "250 ok"]
                replies[place] = code
                let (said, refused) = talk(replies)
                #expect(said == given && refused == [["ada", "bob", "eve"][place] + "@example.com"], "\(replies)")
            }
        }
        // Nobody is left; a code that says that one may be taken later counts before others.
        var none = Self.machine(.none, recipients: ["ada@example.com", "bob@example.com"])
        let start = ["220 mail", "250 HELP", "250 ok"]
        #expect(Self.talk(&none, start + ["550 gone", "553 bad"]).last == "(550)")
        var later = Self.machine(.none, recipients: ["ada@example.com", "bob@example.com"])
        #expect(Self.talk(&later, start + ["550 gone", "452 full"]).last == "(452)")
        // The server goes.
        var gone = Self.machine(.none, recipients: ["ada@example.com", "bob@example.com"])
        #expect(Self.talk(&gone, start + ["250 ok", "421 bye"]).last == "(421)")
    }

    @Test("mail is given up where the server will never take it, not while a password is changed")
    func givenUp() {
        let refusals = SMTPStateMachine.refusals
        #expect([550, 554, 530].allSatisfy(refusals.contains))
        #expect(![535, 454, 421].contains(where: refusals.contains))
    }

    @Test("a refusal is the outcome, wherever it comes; what is no SMTP is none", arguments: 0..<6)
    func refusals(step: Int) {
        let lines = ["220 mail", "250 HELP", "250 ok", "250 ok", "354 go", "250 taken"]
        for (reply, outcome) in [
            ("554 no", "(554)"), ("421 later", "(421)"), ("xyz", "(fail)"), ("25", "(fail)"), ("199 odd", "(fail)"),
            ("250x", "(fail)"),
        ] {
            var machine = Self.machine(.none)
            #expect(Self.talk(&machine, Array(lines[..<step]) + [reply]).last == outcome, "\(reply) at \(step)")
        }
        var endless = Self.machine(.none)
        let replies = (0...SMTPStateMachine.maximumLines).map { _ in "220-mail" }
        #expect(Self.talk(&endless, replies) == ["(fail)"])
    }
}
