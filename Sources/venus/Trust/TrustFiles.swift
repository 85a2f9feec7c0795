import Foundation
import Glibc
import VenusProxy

/// What a program is to be told so that it trusts our authority: files in the data directory, and variables that name
/// them.
///
/// Files are named by what they hold, so that runs at the same time share them, and one that is in use never changes.
struct TrustFiles: Sendable {
    /// Files that nobody asked for in so many seconds are removed.
    private static let lifetime: Double = 30 * 86_400

    let bundle: String
    let extra: String
    /// The JVM's authorities and ours; `nil` where there is no Java.
    var java: JavaTrustStore?

    /// Writes them, where they are not there yet.
    init(_ authority: AuthorityFile.Content, directory: String, variables: [String: String]) async throws {
        let bundle = try TrustBundle(authority.certificates, variables: variables)
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        } catch {
            throw CommandFailure("cannot create \(directory): \(error.localizedDescription)")
        }
        Self.removeOld(in: directory)
        self.bundle = try Self.write(bundle.bundle, in: directory, "bundle")
        extra = try Self.write(bundle.extra, in: directory, "extra")
        java = await JavaTrustStore(authority.certificates, directory: directory, variables: variables)
    }

    /// `variables` with those set by which programs trust the authority. The files are where `place` says.
    func applied(to variables: [String: String], place: (String) -> String = { $0 }) -> [String: String] {
        var result = variables
        for name in TrustVariable.bundles { result[name] = place(bundle) }
        result[TrustVariable.extra] = place(extra)
        if let java { result[TrustVariable.java] = java.applied(to: result[TrustVariable.java], place: place) }
        return result
    }

    /// Every file.
    var paths: [String] { [bundle, extra] + (java.map { [$0.path] } ?? []) }

    private static func write(_ bytes: [UInt8], in directory: String, _ name: String) throws -> String {
        let path = "\(directory)/\(name)-\(KeyDigest(of: bytes).hexadecimal.prefix(16)).pem"
        // Of the same name, it holds the same; now it is in use.
        if utimes(path, nil) == 0 { return path }
        let temporary = "\(path).new.\(getpid())"
        guard
            FileManager.default.createFile(
                atPath: temporary, contents: Data(bytes), attributes: [.posixPermissions: 0o644]),
            rename(temporary, path) == 0
        else { throw CommandFailure("cannot write \(path)") }
        return path
    }

    private static func removeOld(in directory: String) {
        let limit = Date(timeIntervalSinceNow: -lifetime)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
            let path = "\(directory)/\(name)"
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
                let used = attributes[.modificationDate] as? Date, used < limit
            else { continue }
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
