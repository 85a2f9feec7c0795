import Foundation
import Glibc
import VenusProxy

/// Where one machine's Venus keeps its files: readable by its owner alone.
struct DataDirectory: Sendable {
    let path: String

    /// Creates the directory, mode 0700, where it is missing.
    init(_ path: String) throws {
        self.path = URL(fileURLWithPath: path).standardizedFileURL.path
        for directory in [self.path, producers] {
            do {
                try FileManager.default.createDirectory(
                    atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw CommandFailure(
                    "cannot create the data directory \(directory); choose another by --data: \(error.localizedDescription)"
                )
            }
        }
        guard Glibc.access(self.path, W_OK) == 0 else {
            throw CommandFailure("cannot write into the data directory \(self.path); choose another by --data")
        }
    }

    /// The embedded call log.
    var journal: String { path + "/journal.sqlite" }
    /// The embedded store.
    var store: String { path + "/store.sqlite" }
    /// Blocks that wait for the call log.
    var spool: String { path + "/spool.sqlite" }
    /// How far each proxy that ran here gave out sequence numbers.
    var producers: String { path + "/producers" }
    /// URL and token for the command line on this machine.
    var access: String { path + "/access.json" }
    /// The same of the server that somebody signed in to.
    var login: String { path + "/login.json" }
    private var lockFile: String { path + "/venus.lock" }
    /// Minutes of this machine's metrics that a server may not have yet.
    var readings: String { path + "/readings" }
    var agentLockFile: String { path + "/agent.lock" }
    var proxyLockFile: String { path + "/proxy.lock" }

    /// Taken by whoever analyses and serves from this directory.
    func lock() throws -> FileLock {
        guard let lock = try FileLock(path: lockFile) else {
            let holder = FileLock.holder(path: lockFile).map { " (process \($0))" } ?? ""
            throw CommandFailure(
                "another venus\(holder) works in \(path); stop it, or choose another directory by --data")
        }
        return lock
    }

    /// Whether somebody analyses what is in this directory.
    var isAnalysed: Bool { FileLock.holder(path: lockFile) != nil }
}

extension DataDirectory {
    /// The certificate authority that intercepts in this installation's name.
    var authority: AuthorityFile { AuthorityFile(directory: path + "/ca") }
    /// Clients that do not take its certificates.
    var pins: String { path + "/pins" }
    /// What programs are told to trust by `venus run`: public, unlike all else here.
    var trust: String { path + "/trust" }
}
