import VenusCore

/// What `venus up` says once it is up.
struct Banner {
    var data: String
    var proxy: String
    var signInLink: String
    var secret: String?
    /// Venus, as a shell finds it.
    var program: String

    var text: String {
        var lines = ["Venus \(Version.current) is up; its data is in \(data)", "", "  Proxy      \(proxy)"]
        lines.append("  Dashboard  \(signInLink)")
        if let secret { lines.append("  Secret     \(secret)   (the administrator's; it is not shown again)") }
        lines.append("  Try it     \(program) run --service my-app -- curl http://example.com/")
        lines.append("")
        lines.append("The dashboard's link signs in once. Stop with Ctrl-C.")
        return lines.joined(separator: "\n")
    }
}
