/// How people sign in by way of GitHub: the OAuth app we are there, and who may come in as what.
public struct GitHubConfiguration: Sendable {
    public var clientID: String
    public var clientSecret: String
    /// Of GitHub Enterprise Server `https://HOST`.
    public var url = "https://github.com"
    /// Of GitHub Enterprise Server `https://HOST/api/v3`.
    public var apiURL = "https://api.github.com"
    /// Certificates of the only authorities that GitHub's may come from, in PEM; `nil`: those that the system trusts.
    public var trustFile: String?
    /// The highest role that fits somebody counts.
    public var grants: [GitHubGrant]
    /// Of a session, however much it is used: by then, who lost their place at GitHub is out.
    public var sessionLifetime: Duration = .seconds(86_400)
    /// The proxy on the way to a host and port, in TLS; `nil`: none.
    public var proxy: @Sendable (_ host: String, _ port: Int) -> WebProxy? = { _, _ in nil }
    /// For each answer of GitHub's.
    package var answerTimeout: Duration = .seconds(10)

    public init(clientID: String, clientSecret: String, grants: [GitHubGrant]) {
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.grants = grants
    }
}
