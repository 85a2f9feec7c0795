import Foundation

/// Where a Redis is, and as whom to speak to it:
/// `SCHEME://[[user]:password@]host[:port][,host[:port]…][/database]`.
///
/// The scheme is `redis`, or `rediss` for TLS; `+cluster` is added for a Redis Cluster. Several hosts of a cluster are
/// those to ask for the others; else they are one Redis and its replicas, of which one is the master at a time.
/// `redis://:password@host` gives a password alone. User and password may be percent-encoded. No text of an error holds
/// the URL, since it may hold a password.
package struct RedisURL: Sendable, Hashable {
    package static let defaultPort = 6_379
    package static let maximumAddresses = 64

    /// One at least.
    package var addresses: [RedisAddress]
    package var user: String?
    package var password: String?
    package var database: Int
    package var isTLS: Bool
    package var isCluster: Bool

    /// Whether a server has to say that it is the master before it is used.
    package var mustFindMaster: Bool { addresses.count > 1 && !isCluster }

    package init(_ text: String) throws(CallLogError) {
        guard let separator = text.range(of: "://") else {
            throw Self.invalid("it has no scheme; write redis://host:port")
        }
        switch text[..<separator.lowerBound].lowercased() {
        case "redis": (isTLS, isCluster) = (false, false)
        case "rediss": (isTLS, isCluster) = (true, false)
        case "redis+cluster": (isTLS, isCluster) = (false, true)
        case "rediss+cluster": (isTLS, isCluster) = (true, true)
        default: throw Self.invalid("its scheme is none of redis, rediss, redis+cluster and rediss+cluster")
        }
        var rest = text[separator.upperBound...]
        guard !rest.contains(where: { "?#".contains($0) }) else {
            throw Self.invalid("it has a query or a fragment; a password that holds ? or # is percent-encoded")
        }
        (user, password) = (nil, nil)
        if let at = rest.lastIndex(of: "@") {
            (user, password) = try Self.credentials(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        database = 0
        if let slash = rest.firstIndex(of: "/") {
            let name = rest[rest.index(after: slash)...]
            if !name.isEmpty {
                guard let number = Int(name), number >= 0 else { throw Self.invalid("its database is not a number") }
                database = number
            }
            rest = rest[..<slash]
        }
        guard !isCluster || database == 0 else { throw Self.invalid("a Redis Cluster has no databases") }
        addresses = []
        for address in rest.split(separator: ",", omittingEmptySubsequences: false) {
            addresses.append(try Self.address(address))
        }
        guard addresses.count <= Self.maximumAddresses else { throw Self.invalid("it has too many hosts") }
    }

    private static func credentials(_ text: Substring) throws(CallLogError) -> (user: String?, password: String?) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let user = parts[0].removingPercentEncoding,
            let password = parts.count == 2 ? parts[1].removingPercentEncoding : ""
        else { throw invalid("its user or password is not percent-encoded correctly") }
        guard user.isEmpty || !password.isEmpty else { throw invalid("it has a user, but no password") }
        return (user.isEmpty ? nil : user, password.isEmpty ? nil : password)
    }

    private static func address(_ text: Substring) throws(CallLogError) -> RedisAddress {
        var host = text
        var portText: Substring?
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else {
                throw invalid("its IPv6 address has no closing bracket")
            }
            host = text[text.index(after: text.startIndex)..<bracket]
            let behind = text[text.index(after: bracket)...]
            guard behind.isEmpty || behind.hasPrefix(":") else { throw invalid("its host cannot be read") }
            portText = behind.isEmpty ? nil : behind.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            portText = text[text.index(after: colon)...]
        }
        guard !host.isEmpty else { throw invalid("it has no host") }
        guard let portText else { return RedisAddress(host: String(host), port: defaultPort) }
        guard let port = Int(portText), (1...65_535).contains(port) else {
            throw invalid("its port is not a number from 1 to 65535")
        }
        return RedisAddress(host: String(host), port: port)
    }

    private static func invalid(_ why: String) -> CallLogError {
        CallLogError(.refused, "the Redis URL cannot be used: \(why)")
    }
}

extension RedisURL: CustomStringConvertible {
    /// Without user and password.
    package var description: String { text(credentials: "") }

    /// With the user, and without the password.
    package var redacted: String {
        text(credentials: user == nil && password == nil ? "" : "\(user ?? ""):***@")
    }

    private func text(credentials: String) -> String {
        let scheme = "redis\(isTLS ? "s" : "")\(isCluster ? "+cluster" : "")"
        let hosts = addresses.map(\.description).joined(separator: ",")
        return "\(scheme)://\(credentials)\(hosts)\(database == 0 ? "" : "/\(database)")"
    }
}
