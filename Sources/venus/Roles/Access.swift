import Foundation

/// Where the server of this machine is, and a token for it: written by `venus up` and `venus login` for the other commands, readable by
/// the owner of the data directory alone (who could read the database as well).
struct Access: Codable {
    var server: String
    var token: String

    func write(to path: String) throws {
        let data = try JSONEncoder().encode(self)
        // Created with its mode: at no moment can anybody else read it.
        let temporary = path + ".new"
        try? FileManager.default.removeItem(atPath: temporary)
        guard
            FileManager.default.createFile(
                atPath: temporary, contents: data, attributes: [.posixPermissions: 0o600])
        else { throw CommandFailure("cannot write \(temporary)") }
        guard rename(temporary, path) == 0 else { throw CommandFailure("cannot write \(path)") }
    }

    static func read(from path: String) -> Access? {
        FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Access.self, from: $0) }
    }
}
