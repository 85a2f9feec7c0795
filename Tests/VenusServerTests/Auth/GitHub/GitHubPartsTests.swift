import Testing
import VenusServer
import VenusStore

@Suite("The states of sign-ins by way of GitHub")
struct GitHubStatesTests {
    private let states = GitHubStates(clientSecret: "one secret of this test")

    @Test("a state opens for its browser, at any server with the same secret, for ten minutes")
    func opens() throws {
        let browser = Token.random()
        let state = states.make(for: browser, now: 1_000)
        let opened = try #require(states.open(state, for: browser, now: 1_000))
        #expect(opened.expiresAt == 601_000)
        #expect(GitHubStates(clientSecret: "one secret of this test").open(state, for: browser, now: 600_999) == opened)
        #expect(states.open(state, for: browser, now: 601_000) == nil)
        #expect(states.open(state, for: browser, now: 999) == nil)
        #expect(states.open(state, for: .random(), now: 1_000) == nil)
        #expect(GitHubStates(clientSecret: "another secret").open(state, for: browser, now: 1_000) == nil)
        #expect(states.make(for: browser, now: 1_000) != state)
    }

    @Test("no other text opens, least of all one that was changed")
    func garbage() {
        let browser = Token.random()
        let state = states.make(for: browser, now: 1_000)
        for index in state.indices {
            var changed = Array(state)
            let place = state.distance(from: state.startIndex, to: index)
            changed[place] = changed[place] == "A" ? "B" : "A"
            #expect(states.open(String(changed), for: browser, now: 1_000) == nil)
        }
        for text in ["", "x", "=", String(state.dropLast()), state + "A", String(repeating: "A", count: 75), "é"] {
            #expect(states.open(text, for: browser, now: 1_000) == nil)
        }
    }

    @Test("the verifier is the browser's and the state's, and its challenge is RFC 7636's")
    func verifier() {
        let browser = Token.random()
        let verifier = states.verifier(of: "state", for: browser)
        #expect(verifier.utf8.count == 43)
        #expect(states.verifier(of: "state", for: browser) == verifier)
        #expect(states.verifier(of: "other", for: browser) != verifier)
        #expect(states.verifier(of: "state", for: .random()) != verifier)
        // RFC 7636, appendix B.
        #expect(
            GitHubStates.challenge(of: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
                == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    }
}

@Suite("What is granted to people of GitHub")
struct GitHubGrantTests {
    @Test("is read as it is written")
    func reads() {
        #expect(GitHubGrant(user: "Ada-L=admin") == GitHubGrant(.user("ada-l"), as: .admin))
        #expect(GitHubGrant(user: "id:583231=viewer") == GitHubGrant(.userID(583_231), as: .viewer))
        #expect(GitHubGrant(organization: "Acme=operator") == GitHubGrant(.organization("acme"), as: .operator))
        #expect(
            GitHubGrant(team: "acme/on.call=viewer")
                == GitHubGrant(.team(organization: "acme", slug: "on.call"), as: .viewer))
        for text in [
            "", "ada", "ada=", "=admin", "ada=king", "a/b=admin", "id:0=admin", "id:-1=admin", "id:x=admin", "..=admin",
            "ada=admin=x", "a b=admin", "a%2fb=admin",
        ] {
            #expect(GitHubGrant(user: text) == nil, "\(text)")
        }
        for text in ["acme=admin", "acme/=admin", "/x=admin", "a/b/c=admin", "../x=admin"] {
            #expect(GitHubGrant(team: text) == nil, "\(text)")
        }
    }
}

@Suite("The conversation with GitHub")
struct GitHubSignInStateMachineTests {
    private typealias Machine = GitHubSignInStateMachine
    private static let ada = GitHubPerson(id: 7, login: "ada")

    private func answer(_ body: String, status: Int = 200, hasNext: Bool = false) -> GitHubAnswer {
        GitHubAnswer(status: status, body: Array(body.utf8), hasNext: hasNext)
    }

    /// Until it is known who it is.
    private func met(_ grants: [GitHubGrant], as logins: Set<String> = []) -> (Machine, Machine.Action) {
        var machine = Machine(grants: grants)
        #expect(machine.begin(code: "c", verifier: "v") == .ask(.token(code: "c", verifier: "v")))
        #expect(
            machine.received(answer(#"{"access_token":"t","token_type":"bearer","scope":"read:org"}"#))
                == .ask(.user(token: "t")))
        #expect(machine.received(answer(#"{"id":7,"login":"ada"}"#)) == .recognise(Self.ada))
        return { (machine, $0) }(machine.recognised(as: logins, isTaken: false))
    }

    @Test("asks only what could give a higher role")
    func frugal() {
        let user = GitHubGrant(.user("ada"), as: .operator)
        let grants = [
            user, GitHubGrant(.organization("acme"), as: .viewer), GitHubGrant(.organization("corp"), as: .admin),
        ]
        var (machine, action) = met(grants, as: ["ada"])
        #expect(action == .ask(.membership(organization: "corp", token: "t")))
        action = machine.received(answer("{}", status: 404))
        #expect(action == .admit(Self.ada, .operator, by: user))
    }

    @Test("a team counts for active members of its organisation only, by the organisation's number")
    func teams() {
        let team = GitHubGrant(.team(organization: "acme", slug: "sre"), as: .admin)
        var (machine, action) = met([team])
        #expect(action == .ask(.membership(organization: "acme", token: "t")))
        action = machine.received(answer(#"{"state":"active","organization":{"id":9,"login":"Acme"}}"#))
        #expect(action == .bind(organization: "acme", id: 9))
        action = machine.bound(true)
        #expect(action == .ask(.teams(page: 1, token: "t")))
        let impostor = #"[{"slug":"sre","organization":{"id":8,"login":"acme"}}]"#
        action = machine.received(answer(impostor, hasNext: true))
        #expect(action == .ask(.teams(page: 2, token: "t")))
        action = machine.received(answer(#"[{"slug":"SRE","organization":{"id":9,"login":"Acme"}}]"#, hasNext: true))
        #expect(action == .admit(Self.ada, .admin, by: team))
    }

    @Test("pages end: with the last, with an empty one, and at their bound")
    func pages() {
        let grants = [GitHubGrant(.team(organization: "acme", slug: "sre"), as: .admin)]
        for (page, last) in [
            ("[]", 1), (#"[{"slug":"x","organization":{"id":9,"login":"acme"}}]"#, Machine.maximumPages),
        ] {
            var (machine, _) = met(grants)
            _ = machine.received(answer(#"{"state":"active","organization":{"id":9,"login":"acme"}}"#))
            var action = machine.bound(true)
            var asked = 0
            while case .ask(.teams) = action {
                asked += 1
                action = machine.received(answer(page, hasNext: true))
            }
            #expect(asked == last)
            #expect(action == .refuse(.notAllowed))
        }
    }

    @Test("no answer traps, whatever is in it, at any question")
    func garbage() {
        let bodies = [
            "", "{", "[]", "{}", "null", "5", #"{"id":"7"}"#, #"{"access_token":""}"#, #"{"access_token":"a b"}"#,
            #"{"access_token":"t","token_type":"mac"}"#, #"{"id":99999999999999999999,"login":"x"}"#, #"[{"slug":5}]"#,
            #"{"state":"active"}"#, #"{"state":"active","organization":{"id":-1,"login":"acme"}}"#,
        ]
        let grants = [
            GitHubGrant(.organization("acme"), as: .viewer),
            GitHubGrant(.team(organization: "acme", slug: "x"), as: .admin),
        ]
        for status in [200, 204, 301, 400, 401, 403, 404, 418, 422, 429, 500] {
            for body in bodies {
                var fresh = Machine(grants: grants)
                if case .admit = fresh.received(answer(body, status: status)) { Issue.record("admitted by \(body)") }
                var (machine, _) = met(grants)
                if case .admit = machine.received(answer(body, status: status)) { Issue.record("admitted by \(body)") }
            }
        }
    }
}
