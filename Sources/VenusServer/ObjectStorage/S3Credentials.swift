/// What opens a bucket. Printed, described or reflected it shows nothing.
package struct S3Credentials: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    static let maximumBytes = 8_192

    let accessKeyID: String
    let secretAccessKey: String
    /// Of credentials that are lent for a time.
    let sessionToken: String?

    /// `nil` where one is missing, or has what no such key has.
    package init?(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        let texts = [accessKeyID, secretAccessKey] + (sessionToken.map { [$0] } ?? [])
        // A field of a request is made of them.
        guard
            texts.allSatisfy({ text in
                !text.isEmpty && text.utf8.count <= Self.maximumBytes
                    && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            }), !accessKeyID.utf8.contains(where: { ",/=".utf8.contains($0) })
        else { return nil }
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }

    /// The usual variables: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
    package init?(variables: [String: String]) {
        guard let id = variables["AWS_ACCESS_KEY_ID"], let secret = variables["AWS_SECRET_ACCESS_KEY"] else {
            return nil
        }
        let token = variables["AWS_SESSION_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        self.init(accessKeyID: id, secretAccessKey: secret, sessionToken: token)
    }

    /// A file as the programs of AWS keep it: of the profile `default`, or else of the first, the lines
    /// `aws_access_key_id`, `aws_secret_access_key` and `aws_session_token`. Without the name of a profile, it has one.
    package init?(file text: String) {
        var profiles: [(name: String, values: [String: String])] = [("", [:])]
        for line in text.split(whereSeparator: \.isNewline).prefix(1_000) {
            let line = line.trimmed
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("["), line.hasSuffix("]") {
                profiles.append((String(line.dropFirst().dropLast()).trimmed, [:]))
            } else if let equals = line.firstIndex(of: "=") {
                profiles[profiles.count - 1].values[line[..<equals].trimmed.lowercased()] =
                    line[line.index(after: equals)...].trimmed
            }
        }
        profiles.removeAll { $0.values["aws_access_key_id"] == nil }
        let chosen = profiles.first { $0.name == "default" } ?? profiles.first
        guard let values = chosen?.values, let id = values["aws_access_key_id"],
            let secret = values["aws_secret_access_key"]
        else { return nil }
        self.init(
            accessKeyID: id, secretAccessKey: secret,
            sessionToken: values["aws_session_token"].flatMap { $0.isEmpty ? nil : $0 })
    }

    package var description: String { "(set)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
