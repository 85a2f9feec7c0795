import VenusServer

extension VenusConfiguration.Server {
    /// Sign-in by way of GitHub; `nil` where no client id is given.
    ///
    /// - Parameter fault: why it cannot be served so. Other roles, which read the same file, need not have the secret.
    static func gitHub(
        _ reading: inout ConfigurationReading, fault: inout ConfigurationError?
    ) -> GitHubConfiguration? {
        let clientID = reading.text(
            .gitHubClientID, absent: "(not set: no sign-in by way of GitHub)", maximumBytes: 100)
        let secret = reading.secret(
            .gitHubClientSecret, .gitHubClientSecretFile, absent: "(not set)")
        let url = reading.gitHubURL(.gitHubURL, absent: "https://github.com")
        let apiURL = reading.gitHubURL(
            .gitHubAPIURL, absent: url.map { $0 + "/api/v3" } ?? "https://api.github.com")
        let trustFile = reading.path(.gitHubTrustFile, absent: "(the system's)")
        let grants =
            reading.grants(.gitHubUsers, example: "[ada=admin, \"id:583231=viewer\"]") { GitHubGrant(user: $0) }
            + reading.grants(.gitHubOrganizations, example: "[example=viewer]") { GitHubGrant(organization: $0) }
            + reading.grants(.gitHubTeams, example: "[example/operations=operator]") { GitHubGrant(team: $0) }
        let lifetime = reading.duration(
            .gitHubSessionLifetime, default: .seconds(86_400), .seconds(60) ... .seconds(366 * 86_400))
        guard let clientID else {
            let given = ConfigurationKey.all.first {
                $0.name.hasPrefix("github.") && $0 != .gitHubClientID && reading.text($0) != nil
            }
            // A client id that is wrong has an error of its own.
            if let given, reading.text(.gitHubClientID) == nil {
                reading.fail(
                    given, at: reading.text(given)?.source ?? .default,
                    "github.client_id is missing: make an OAuth app at GitHub, and name its id")
            }
            return nil
        }
        let place = reading.text(.gitHubClientID)?.source ?? .default
        guard let secret else {
            if reading.text(.gitHubClientSecret) == nil && reading.text(.gitHubClientSecretFile) == nil {
                fault = ConfigurationError(
                    place: place.description, key: ConfigurationKey.gitHubClientID.name,
                    problem: "its secret is missing: name it by github.client_secret_file or VENUS_GITHUB_CLIENT_SECRET"
                )
            }
            return nil
        }
        if grants.isEmpty {
            reading.fail(
                .gitHubClientID, at: place,
                "nobody could sign in; say who may by github.users, github.organizations or github.teams")
        }
        let organizations = Set(grants.compactMap(\.organization))
        if organizations.count > GitHubGrant.maximumOrganizations || grants.count > GitHubGrant.maximumCount {
            reading.fail(
                .gitHubClientID, at: place,
                "expected at most \(GitHubGrant.maximumOrganizations) organizations and \(GitHubGrant.maximumCount) "
                    + "grants; give roles to fewer of them")
        }
        var result = GitHubConfiguration(clientID: clientID, clientSecret: secret.text, grants: grants)
        if let url {
            result.url = url
            result.apiURL = url + "/api/v3"
        }
        if let apiURL { result.apiURL = apiURL }
        result.trustFile = trustFile
        result.sessionLifetime = lifetime
        return result
    }
}

extension ConfigurationReading {
    fileprivate mutating func gitHubURL(_ key: ConfigurationKey, absent: String) -> String? {
        value(
            key, absent: absent, expected: "an https URL, for example https://github.example.com",
            show: { $0 },
            parse: { text in
                // Plain HTTP on this machine only, where nobody is on the way.
                guard let address = WebAddress(text), address.isSecure || address.isLoopback else { return nil }
                return address.description
            })
    }

    fileprivate mutating func grants(
        _ key: ConfigurationKey, example: String, parse: (String) -> GitHubGrant?
    ) -> [GitHubGrant] {
        value(
            key, default: [],
            expected: "who comes in as what (viewer, operator or admin), for example \(example)",
            show: { $0.isEmpty ? "none" : $0.map(\.description).joined(separator: ", ") },
            parse: { text in
                let items = text.split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
                let grants = items.compactMap(parse)
                return grants.count == items.count && grants.count <= GitHubGrant.maximumCount ? grants : nil
            })
    }
}
