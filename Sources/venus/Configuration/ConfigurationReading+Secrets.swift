import Foundation

/// Values that may come from files, because variables and command lines are easily seen by others.
extension ConfigurationReading {
    /// - Parameter absent: what `config check` prints where nobody gave it.
    mutating func secret(_ key: ConfigurationKey, _ fileKey: ConfigurationKey, absent: String) -> Secret? {
        guard let (text, source) = textOrContents(key, fileKey, absent: absent) else { return nil }
        guard (Self.minimumSecretBytes...Self.maximumSecretBytes).contains(text.utf8.count) else {
            fail(
                key, at: source,
                "the secret (not shown) has \(text.utf8.count) bytes; expected \(Self.minimumSecretBytes) to "
                    + "\(Self.maximumSecretBytes)")
            return nil
        }
        note(key, "(set)", source)
        return Secret(text)
    }

    enum Endpoint { case redis, postgres }

    mutating func url(
        _ key: ConfigurationKey, _ fileKey: ConfigurationKey, absent: String, _ endpoint: Endpoint
    ) -> EndpointURL? {
        guard let (text, source) = textOrContents(key, fileKey, absent: absent) else { return nil }
        let url: EndpointURL?
        let expected: String
        switch endpoint {
        case .redis:
            url = .redis(text)
            expected =
                "redis://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]…][/DATABASE], for example redis://127.0.0.1:6379; "
                + "rediss:// for TLS, redis+cluster:// or rediss+cluster:// for a cluster"
        case .postgres:
            url = .postgres(text)
            expected = "postgres://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE, for example postgres://venus@127.0.0.1/venus"
        }
        guard let url else {
            fail(key, at: source, "the URL (not shown) is not valid; expected \(expected)")
            return nil
        }
        note(key, url.redacted, source)
        return url
    }

    /// The text of a key, or the one line of the file that its other key names; the nearer layer wins.
    mutating func textOrContents(
        _ key: ConfigurationKey, _ fileKey: ConfigurationKey, absent: String, mayHaveLines: Bool = false
    ) -> (text: String, source: ConfigurationSource)? {
        let direct = text(key)
        let path = text(fileKey)
        if let direct, let path, layer(of: key) == layer(of: fileKey) {
            fail(fileKey, at: path.source, "\(key) is given at \(direct.source) as well; keep one of the two")
            return nil
        }
        if let direct, layer(of: key) < layer(of: fileKey) {
            note(fileKey, "(not set)", .default)
            return direct
        }
        guard let path else {
            note(key, absent, .default)
            note(fileKey, "(not set)", .default)
            return nil
        }
        note(fileKey, path.text, path.source)
        guard let data = FileManager.default.contents(atPath: path.text) else {
            fail(fileKey, at: path.source, "the file \(path.text.shownInError) cannot be read")
            return nil
        }
        guard data.count <= 8_192, let contents = String(data: data, encoding: .utf8) else {
            fail(
                fileKey, at: path.source,
                "the file \(path.text.shownInError) holds no secret: expected one line of text")
            return nil
        }
        let line = contents.trimmed
        guard !line.isEmpty, mayHaveLines || !line.contains(where: \.isNewline) else {
            fail(
                fileKey, at: path.source,
                "the file \(path.text.shownInError) holds no secret: expected one line of text")
            return nil
        }
        return (line, path.source)
    }
}
