import CPostgres

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where a database is and who we are there, read from a URL. Nothing of the password is ever in a message.
struct PostgresAddress: Sendable {
    private let options: [(keyword: String, value: String)]
    private let secrets: [String]

    /// Unless the URL says otherwise. Seconds; milliseconds for `tcp_user_timeout`.
    private static let defaults = [
        ("connect_timeout", "3"), ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "2"),
        ("tcp_user_timeout", "10000"), ("fallback_application_name", "venus"),
    ]
    private static let secretKeywords: Set = ["password", "sslpassword"]

    init(_ url: String) throws {
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else {
            throw StoreError(.refused, "the store's URL must begin with postgres://")
        }
        // libpq's own message is left out: it quotes parts of the URL, which may be parts of the password.
        guard let parsed = PQconninfoParse(url, nil) else {
            throw StoreError(
                .refused,
                "the store's URL cannot be read: it is postgres://USER:PASSWORD@HOST:PORT/DATABASE, "
                    + "special characters of user and password percent-encoded")
        }
        defer { PQconninfoFree(parsed) }
        var options: [(keyword: String, value: String)] = []
        var place = parsed
        while let keyword = place.pointee.keyword {
            if let value = place.pointee.val {
                options.append((String(cString: keyword), String(cString: value)))
            }
            place += 1
        }
        try Self.check(options)
        secrets = options.filter { Self.secretKeywords.contains($0.keyword) && !$0.value.isEmpty }.map(\.value)
        for (keyword, value) in Self.defaults where !options.contains(where: { $0.keyword == keyword }) {
            options.append((keyword, value))
        }
        options.removeAll { $0.keyword == "client_encoding" }
        options.append(("client_encoding", "UTF8"))
        self.options = options
    }

    /// A password with `@`, `/` or `:` in the clear ends up in other parts, which libpq would quote.
    private static func check(_ options: [(keyword: String, value: String)]) throws {
        for (keyword, value) in options {
            switch keyword {
            case "host" where value.contains("@"):
                throw StoreError(
                    .refused, "the host in the store's URL has an @ in it: percent-encode that of the password as %40")
            case "port" where !value.split(separator: ",").allSatisfy({ UInt16($0) != nil }):
                throw StoreError(
                    .refused,
                    "the port in the store's URL is not a number: "
                        + "percent-encode special characters of the password (/ is %2F, : is %3A)")
            default: break
            }
        }
    }

    /// Connects, waiting at most `connect_timeout` for each address of the host.
    func connect() throws -> PostgresHandle {
        let keywords = options.map { strdup($0.keyword) } + [nil]
        let values = options.map { strdup($0.value) } + [nil]
        defer { for text in keywords + values { free(text) } }
        let raw = keywords.map { UnsafePointer($0) }.withUnsafeBufferPointer { keywords in
            values.map { UnsafePointer($0) }.withUnsafeBufferPointer { values in
                PQconnectdbParams(keywords.baseAddress, values.baseAddress, 0)
            }
        }
        guard let raw else { throw StoreError(.unavailable, "there is no memory for a connection") }
        let handle = PostgresHandle(raw)
        guard handle.isConnected else {
            let message = redact(handle.message, handle)
            // The server's answer to a wrong name or password comes without a code.
            let refusals = [
                "authentication failed", "does not exist", "no pg_hba.conf entry", "not permitted to log in",
                // What the URL asks of TLS and the server does not have, or cannot prove.
                "certificate verify failed", "does not match host name", "server does not support SSL",
                "could not get server's host name",
            ]
            let isRefused = PQconnectionNeedsPassword(handle.raw) == 1 || refusals.contains { message.contains($0) }
            throw StoreError(isRefused ? .refused : .unavailable, "PostgreSQL: \(message)")
        }
        return handle
    }

    /// The message in one line, without the password, whether it came from the URL, the environment or a file.
    func redact(_ message: String, _ handle: borrowing PostgresHandle) -> String {
        let used = PQpass(handle.raw).map { String(cString: $0) } ?? ""
        var text = message.split(whereSeparator: \.isNewline).map { $0.trimmingPrefix { $0.isWhitespace } }
            .joined(separator: "; ")
        for secret in secrets + [used] where !secret.isEmpty { text = text.replacing(secret, with: "***") }
        return text
    }
}
