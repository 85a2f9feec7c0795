import VenusStore

/// Which person, and which organisation, a granted login means. GitHub gives a login to somebody else when its owner
/// has renamed or deleted the account; what we were told to let in is whoever had it when it first came in.
struct GitHubIdentities: Sendable {
    let store: any SignInStore
    /// Names GitHub in what is stored.
    let siteName: String
    /// Granted logins, in lower case.
    let granted: Set<String>

    init(store: any SignInStore, siteName: String, grants: [GitHubGrant]) {
        self.store = store
        self.siteName = siteName
        granted = Set(
            grants.compactMap { grant in
                if case .user(let login) = grant.whom { login } else { nil }
            })
    }

    /// The granted logins that are this person's, and whether the present one is another's.
    func logins(of person: GitHubPerson) async throws -> (logins: Set<String>, isTaken: Bool) {
        let present = person.login.lowercased()
        let firstName = "github.login.\(siteName).\(person.id)"
        var logins: Set<String> = []
        var isTaken = false
        if granted.contains(present) {
            if try await isSame("github.user.\(siteName).\(present)", person.id) {
                logins.insert(present)
                try await store.setSetting(firstName, to: present, ifAbsent: true)
            } else {
                isTaken = true
            }
        }
        // Under which login this person first came in.
        if let first = try await store.setting(firstName), granted.contains(first),
            try await isSame("github.user.\(siteName).\(first)", person.id)
        {
            logins.insert(first)
        }
        return (logins, isTaken)
    }

    func isSame(organization: String, _ id: Int64) async throws -> Bool {
        try await isSame("github.organization.\(siteName).\(organization)", id)
    }

    /// Whether the name stands for this number; from the first time on it does.
    private func isSame(_ name: String, _ id: Int64) async throws -> Bool {
        try await store.setSetting(name, to: String(id), ifAbsent: true) == String(id)
    }
}
