import ArgumentParser
import Foundation
import Glibc
import VenusProxy
import VenusServer
import VenusStore

/// Files of the data directory that a backup holds, by what they are for.
private enum BackedUpFile: String, CaseIterable {
    case authority, pins
    /// What receivers of alerts are sealed with.
    case alertKey = "alert_key"

    func path(_ data: DataDirectory) -> String {
        switch self {
        case .authority: data.authority.path
        case .pins: data.pins
        case .alertKey: data.path + "/alerts.key"
        }
    }

    /// What the file with the key's fingerprint is for: it is there also where the key is kept elsewhere, and not here.
    static let alertKeyName = "alert_key_fingerprint"
}

extension VenusConfiguration {
    /// Where the key is that receivers of alerts are sealed with.
    fileprivate func alertKey(_ data: DataDirectory) -> String {
        alerts.secretKeyFile ?? BackedUpFile.alertKey.path(data)
    }
}

/// `venus backup`
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Writes history, settings, accounts, thresholds, alerts and the certificate authority to one file.",
        discussion: """
            As of one moment; a Venus that runs goes on. The file holds the authority's key: it is made for you alone \
            (mode 0600), and belongs where only you can read it. Calls that wait in the call log are not in it. Receivers of \
            alerts are in it as they are sealed; with their key, unless alerts.secret_key_file names it.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var store: StoreOptions
    @Argument(help: ArgumentHelp("Where to; it must not be there yet.", valueName: "file"))
    var file: String

    func run() async throws {
        let configuration = try common.load(store.flags)
        let data = try DataDirectory(configuration.data)
        let opened = try await configuration.openPortableStore(data)
        var files = try BackedUpFile.allCases.compactMap { kind -> StoredRecord.File? in
            if kind == .alertKey, configuration.alerts.secretKeyFile != nil { return nil }
            let path = kind.path(data)
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            guard let content = FileManager.default.contents(atPath: path) else {
                throw CommandFailure("cannot read \(path)")
            }
            return StoredRecord.File(purpose: kind.rawValue, content: content)
        }
        let key = configuration.alertKey(data)
        if let name = AlertKey.fingerprint(file: key) {
            files.append(StoredRecord.File(purpose: BackedUpFile.alertKeyName, content: Data(name.utf8)))
            let place = configuration.alerts.secretKeyFile == nil ? "in the backup" : "not in the backup, but in \(key)"
            printError("receivers of alerts are sealed with the key \(name), which is \(place)")
        }
        try await StoreTransfer(store: opened).export(to: file, everything: true, files: files)
        await opened.close()
    }
}

/// `venus restore`
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Reads what `venus backup` wrote into a new data directory or database.",
        discussion: """
            Nothing that is there is written over: the store must be empty, and the data directory without a certificate \
            authority. If it breaks off, the same command goes on where it ended.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var store: StoreOptions
    @Argument(help: ArgumentHelp("What `venus backup` wrote.", valueName: "file"))
    var file: String

    func run() async throws {
        let configuration = try common.load(store.flags)
        let data = try DataDirectory(configuration.data)
        let lock = try data.lock()
        defer { withExtendedLifetime(lock) {} }
        let opened = try await configuration.openEmptyStore(data)
        var sealedWith: String?
        try await StoreTransfer(store: opened).importFile(file, adding: false, everything: true) { file in
            if file.purpose == BackedUpFile.alertKeyName { sealedWith = String(decoding: file.content, as: UTF8.self) }
            guard let kind = BackedUpFile(rawValue: file.purpose) else { return }
            try Self.write(file.content, to: kind.path(data))
        }
        await opened.close()
        let key = configuration.alertKey(data)
        if let sealedWith, AlertKey.fingerprint(file: key) != sealedWith {
            printError(
                "receivers of alerts are sealed with the key \(sealedWith), which is not that of \(key): bring it there before "
                    + "you start, or add the receivers anew")
        }
    }

    /// Makes a file for its owner alone; one that is there must be the same.
    private static func write(_ content: Data, to path: String) throws {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST, FileManager.default.contents(atPath: path) == content { return }
            throw CommandFailure("cannot create \(path): \(String(cString: strerror(errno)))")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: content)
        try handle.synchronize()
    }
}
