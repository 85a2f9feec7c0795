import Foundation
import TestSupport
import Testing
import VenusProxy

@Suite("The file that an authority is kept in")
struct AuthorityFileTests {
    private let directory: TemporaryDirectory
    private let file: AuthorityFile
    private let now = Int64(Date().timeIntervalSince1970)

    init() throws {
        directory = try TemporaryDirectory("venus-authority")
        file = AuthorityFile(directory: directory.file("ca"))
    }

    @Test("is made once, for its owner alone, and read again")
    func created() throws {
        #expect(try file.readIfThere() == nil)
        #expect(code { try file.read() } == .missing)
        let made = try file.create(label: "test", now: now)
        #expect(try mode(file.directory) == 0o700)
        #expect(try mode(file.path) == 0o600)
        #expect(try file.read().authority.certificate.fingerprint == made.authority.certificate.fingerprint)
        #expect(code { try file.create(label: "test", now: now) } == .exists)
        let (again, isNew) = try file.readOrCreate(label: "test", now: now)
        #expect(!isNew)
        #expect(again.authority.certificate.fingerprint == made.authority.certificate.fingerprint)
    }

    @Test("what is open to others is refused, with what to do", arguments: [0o640, 0o604, 0o660, 0o644])
    func permissions(mode: Int) throws {
        _ = try file.create(label: "test", now: now)
        try setMode(mode, file.path)
        let error = #expect(throws: CertificateError.self) { try file.read() }
        #expect(error?.code == .permissions)
        #expect(error?.message.contains("chmod 600 \(file.path)") == true)
        #expect(code { try file.rotate(label: "test", now: now) } == .permissions)
        try setMode(0o600, file.path)
        try setMode(mode | 0o100, file.directory)
        let directoryError = #expect(throws: CertificateError.self) { try file.read() }
        #expect(directoryError?.message.contains("chmod 700 \(file.directory)") == true)
        try setMode(0o700, file.directory)
        #expect(throws: Never.self) { try file.read() }
    }

    @Test("a rotation keeps the certificates before until they are forgotten")
    func rotation() throws {
        let first = try file.create(label: "test", now: now).authority.certificate.fingerprint
        let second = try file.rotate(label: "test", now: now)
        #expect(second.former.map(\.fingerprint) == [first])
        #expect(second.authority.certificate.fingerprint != first)
        for _ in 0..<AuthorityFile.maximumFormer + 2 { _ = try file.rotate(label: "test", now: now) }
        #expect(try file.read().former.count == AuthorityFile.maximumFormer)
        #expect(try mode(file.path) == 0o600)
        let last = try file.forgetFormer()
        #expect(last.certificates.count == 1)
        #expect(try file.read().certificates.map(\.fingerprint) == last.certificates.map(\.fingerprint))
        // Nothing is left lying about.
        #expect(try FileManager.default.contentsOfDirectory(atPath: file.directory) == ["authority.pem"])
    }

    @Test("a damaged file is refused by name")
    func damaged() throws {
        _ = try file.create(label: "test", now: now)
        let text = try String(contentsOfFile: file.path, encoding: .utf8)
        let other = try CertificateAuthority.make(label: "other", now: now)
        let certificate = String(decoding: try other.certificate.pem(), as: UTF8.self)
        let key = text.prefix(upTo: try #require(text.range(of: "-----BEGIN CERTIFICATE-----")).lowerBound)
        let half = String(text.prefix(text.count / 2))
        for content in ["", "nonsense", half, String(key), certificate, key + certificate] {
            try content.write(toFile: file.path, atomically: false, encoding: .utf8)
            let error = #expect(throws: CertificateError.self) { try file.read() }
            #expect(error?.code == .content)
            #expect(error?.message.contains(file.path) == true)
        }
        #expect(code { try file.create(label: "test", now: now) } == .content)
    }

    @Test("a link is not followed")
    func links() throws {
        _ = try file.create(label: "test", now: now)
        let real = directory.file("real.pem")
        try FileManager.default.moveItem(atPath: file.path, toPath: real)
        try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: real)
        #expect(code { try file.read() } == .file)
    }

    private func code(_ body: () throws -> some Any) -> CertificateError.Code? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? CertificateError)?.code
        }
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    private func setMode(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
}
