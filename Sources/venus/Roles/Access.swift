import Foundation
import VenusServer

/// Where a server is, a token for it, and how its certificate is known: written for the other commands, readable by the
/// owner of the data directory alone (who could read the database as well).
struct Access: Codable {
    var server: String
    var token: String
    /// The only authorities that the server's certificate may come from.
    var trustFile: String?
    /// The server's own certificate, where it is on this machine.
    var certificateFile: String?

    private enum CodingKeys: String, CodingKey {
        case server, token
        case trustFile = "trust_file"
        case certificateFile = "certificate_file"
    }

    var trust: WebTrust {
        if let certificateFile { return .certificate(file: certificateFile) }
        return trustFile.map { .authorities(file: $0) } ?? .system
    }

    func write(to path: String) throws { try PrivateJSON.write(self, to: path) }

    static func read(from path: String) -> Access? { PrivateJSON.read(from: path) }
}

/// The servers that somebody signed in to from here.
struct Logins: Codable {
    /// Servers that are remembered; of more, the oldest are forgotten.
    private static let maximumCount = 20

    /// The last one first.
    private(set) var items: [Access] = []
    /// Whether commands use the first one where no server is named: not after signing out of the one they used.
    private(set) var hasCurrent = false

    private enum CodingKeys: String, CodingKey {
        case items
        case hasCurrent = "has_current"
    }

    /// The one that commands use where no server is named.
    var current: Access? { hasCurrent ? items.first : nil }

    subscript(server: String) -> Access? { items.first { $0.server == server } }

    mutating func signedIn(_ access: Access) {
        items.removeAll { $0.server == access.server }
        items = Array(([access] + items).prefix(Self.maximumCount))
        hasCurrent = true
    }

    mutating func signedOut(of server: String) {
        if items.first?.server == server { hasCurrent = false }
        items.removeAll { $0.server == server }
    }

    /// Nobody signed in to anything: no file.
    func write(to path: String) throws {
        if items.isEmpty {
            try FileManager.default.removeItem(atPath: path)
        } else {
            try PrivateJSON.write(self, to: path)
        }
    }

    static func read(from path: String) -> Logins { PrivateJSON.read(from: path) ?? Logins() }
}

/// Files of JSON for their owner alone.
private enum PrivateJSON {
    static func write(_ value: some Encodable, to path: String) throws {
        let data = try JSONEncoder().encode(value)
        // Created with its mode: at no moment can anybody else read it.
        let temporary = path + ".new"
        try? FileManager.default.removeItem(atPath: temporary)
        guard
            FileManager.default.createFile(
                atPath: temporary, contents: data, attributes: [.posixPermissions: 0o600])
        else { throw CommandFailure("cannot write \(temporary)") }
        guard rename(temporary, path) == 0 else { throw CommandFailure("cannot write \(path)") }
    }

    static func read<Value: Decodable>(from path: String) -> Value? {
        FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Value.self, from: $0) }
    }
}
