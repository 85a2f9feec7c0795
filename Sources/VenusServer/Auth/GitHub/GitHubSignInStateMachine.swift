import FoundationEssentials
package import VenusStore

/// The conversation with GitHub about one person, from the code that the browser brought to a role or a refusal.
package struct GitHubSignInStateMachine: Sendable {
    /// Pages of teams that are read, 100 teams each.
    package static let maximumPages = 20

    package enum Action: Sendable, Equatable {
        case ask(GitHubQuestion)
        /// Tell by ``recognised(as:isTaken:)`` under which granted logins this person is known.
        case recognise(GitHubPerson)
        /// Tell by ``bound(_:)`` whether it is the organisation that was meant from the start.
        case bind(organization: String, id: Int64)
        /// - Parameter by: the grant that counted.
        case admit(GitHubPerson, Role, by: GitHubGrant)
        case refuse(GitHubRefusal)
    }

    fileprivate enum State: Sendable {
        case exchanging
        case asking(token: String)
        case recognising(GitHubPerson, token: String)
        case memberships(Rest, of: String)
        case binding(Rest, GitHubOrganization)
        case teams(Rest, page: Int)
        case ended
    }

    /// What is known of the person, and what is still to be asked.
    fileprivate struct Rest: Sendable {
        var person: GitHubPerson
        var token: String
        var best: GitHubGrant?
        var organizations: [String]
        /// Ids of the organisations that the person is a member of, by login in lower case.
        var memberOf: [String: Int64] = [:]
        /// Why it is not enough, where that is more than ``GitHubRefusal/notAllowed``.
        var obstacle: GitHubRefusal?
    }

    private let grants: [GitHubGrant]
    private var state = State.exchanging

    package init(grants: [GitHubGrant]) { self.grants = grants }

    /// What is asked for at GitHub: nothing but who it is, unless it matters where they belong.
    package static func scope(for grants: [GitHubGrant]) -> String {
        grants.contains { $0.organization != nil } ? "read:org" : ""
    }

    /// The first action.
    package func begin(code: String, verifier: String) -> Action { .ask(.token(code: code, verifier: verifier)) }

    /// Somebody else's answer is never a reason to trap: what cannot be read is ``GitHubRefusal/unavailable``.
    package mutating func received(_ answer: GitHubAnswer) -> Action {
        if answer.isRateLimited || answer.status >= 500 { return refuse(.unavailable) }
        switch state {
        case .exchanging: return receivedToken(answer)
        case .asking(let token): return receivedUser(answer, token)
        case .memberships(let rest, let organization): return receivedMembership(answer, rest, organization)
        case .teams(let rest, let page): return receivedTeams(answer, rest, page)
        case .recognising, .binding, .ended: preconditionFailure("nothing was asked of GitHub")
        }
    }

    /// - Parameters:
    ///   - logins: granted ones that are this person's.
    ///   - isTaken: whether the login is granted something as another person's.
    package mutating func recognised(as logins: Set<String>, isTaken: Bool) -> Action {
        guard case .recognising(let person, let token) = state else {
            preconditionFailure("nobody was to be recognised")
        }
        let own = grants.filter { grant in
            switch grant.whom {
            case .user(let login): logins.contains(login)
            case .userID(let id): id == person.id
            case .organization, .team: false
            }
        }
        let rest = Rest(
            person: person, token: token, best: own.max { $0.role < $1.role },
            organizations: Set(grants.compactMap(\.organization)).sorted(), obstacle: isTaken ? .renamed : nil)
        return askMembership(rest)
    }

    /// - Parameter isSame: whether the organisation is the one that this login was first granted to.
    package mutating func bound(_ isSame: Bool) -> Action {
        guard case .binding(var rest, let organization) = state else {
            preconditionFailure("no organisation was to be bound")
        }
        if isSame {
            rest.memberOf[organization.login.lowercased()] = organization.id
            for grant in grants where grant.whom == .organization(organization.login.lowercased()) {
                rest.consider(grant)
            }
        } else {
            rest.obstacle = rest.obstacle ?? .renamed
        }
        return askMembership(rest)
    }

    // MARK: Answers

    private mutating func receivedToken(_ answer: GitHubAnswer) -> Action {
        guard answer.status == 200, let body: GitHubToken = Self.read(answer) else {
            return refuse([401, 403, 404].contains(answer.status) ? .misconfigured : .unavailable)
        }
        if let error = body.error {
            // RFC 6749, section 5.2, and GitHub's own names; all of them come with 200.
            switch error {
            case "bad_verification_code", "invalid_grant", "expired_token": return refuse(.code)
            case "access_denied": return refuse(.denied)
            default: return refuse(.misconfigured)
            }
        }
        guard let token = body.access_token, (1...512).contains(token.utf8.count),
            token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), body.token_type?.lowercased() ?? "bearer" == "bearer"
        else { return refuse(.unavailable) }
        if !Self.scope(for: grants).isEmpty {
            let given = (body.scope ?? "").split { $0 == "," || $0 == " " }
            guard given.contains(where: { ["read:org", "write:org", "admin:org"].contains($0) }) else {
                return refuse(.scope)
            }
        }
        state = .asking(token: token)
        return .ask(.user(token: token))
    }

    private mutating func receivedUser(_ answer: GitHubAnswer, _ token: String) -> Action {
        if answer.status == 401 { return refuse(.revoked) }
        guard answer.status == 200, let person: GitHubPerson = Self.read(answer), person.id > 0,
            GitHubGrant.isName(person.login)
        else { return refuse(.unavailable) }
        state = .recognising(person, token: token)
        return .recognise(person)
    }

    private mutating func receivedMembership(
        _ answer: GitHubAnswer, _ rest: Rest, _ organization: String
    ) -> Action {
        var rest = rest
        switch answer.status {
        case 200:
            guard let membership: GitHubMembership = Self.read(answer), membership.organization.id > 0,
                membership.organization.login.lowercased() == organization
            else { return refuse(.unavailable) }
            if membership.state == "active" {
                state = .binding(rest, membership.organization)
                return .bind(organization: organization, id: membership.organization.id)
            }
            rest.obstacle = rest.obstacle ?? .pending
        case 401: return refuse(.revoked)
        case 403: rest.obstacle = rest.obstacle ?? .organization
        case 404: break
        default: return refuse(.unavailable)
        }
        return askMembership(rest)
    }

    private mutating func receivedTeams(_ answer: GitHubAnswer, _ rest: Rest, _ page: Int) -> Action {
        if answer.status == 401 { return refuse(.revoked) }
        var rest = rest
        guard answer.status == 200, let teams: [GitHubTeam] = Self.read(answer) else {
            // A role that somebody has already is not lost because their teams cannot be seen.
            guard answer.status == 403 else { return refuse(.unavailable) }
            rest.obstacle = rest.obstacle ?? .scope
            return end(rest)
        }
        for team in teams {
            let organization = team.organization.login.lowercased()
            guard rest.memberOf[organization] == team.organization.id else { continue }
            for grant in grants where grant.whom == .team(organization: organization, slug: team.slug.lowercased()) {
                rest.consider(grant)
            }
        }
        guard answer.hasNext, page < Self.maximumPages, !teams.isEmpty else { return end(rest) }
        return askTeams(rest, page: page + 1)
    }

    // MARK: Questions

    /// Asks about the next organisation that could give more than the person has, and then about teams.
    private mutating func askMembership(_ rest: Rest) -> Action {
        var rest = rest
        while let organization = rest.organizations.popLast() {
            guard grants.contains(where: { $0.organization == organization && rest.wouldGain(by: $0) }) else {
                continue
            }
            state = .memberships(rest, of: organization)
            return .ask(.membership(organization: organization, token: rest.token))
        }
        return askTeams(rest, page: 1)
    }

    private mutating func askTeams(_ rest: Rest, page: Int) -> Action {
        let couldGain = grants.contains { grant in
            guard case .team(let organization, _) = grant.whom else { return false }
            return rest.memberOf[organization] != nil && rest.wouldGain(by: grant)
        }
        guard couldGain else { return end(rest) }
        state = .teams(rest, page: page)
        return .ask(.teams(page: page, token: rest.token))
    }

    private mutating func end(_ rest: Rest) -> Action {
        guard let best = rest.best else { return refuse(rest.obstacle ?? .notAllowed) }
        state = .ended
        return .admit(rest.person, best.role, by: best)
    }

    private mutating func refuse(_ refusal: GitHubRefusal) -> Action {
        state = .ended
        return .refuse(refusal)
    }

    private static func read<Value: Decodable>(_ answer: GitHubAnswer) -> Value? {
        try? JSONDecoder().decode(Value.self, from: Data(answer.body))
    }
}

extension GitHubSignInStateMachine.Rest {
    func wouldGain(by grant: GitHubGrant) -> Bool { best.map { $0.role < grant.role } ?? true }

    mutating func consider(_ grant: GitHubGrant) {
        if wouldGain(by: grant) { best = grant }
    }
}
