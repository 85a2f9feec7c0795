import Foundation
import TestSupport
import Testing
import VenusServer

@Suite("The key of alerts' secrets", .timeLimit(.minutes(1)))
struct AlertSecretsTests {
    @Test("servers that start at once on one key all have the whole of it, and leave nothing else behind")
    func together() async throws {
        let directory = try TemporaryDirectory()
        let rounds = 200
        for round in 0..<rounds {
            let path = directory.file("\(round).key")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { _ = try AlertSecrets(file: path) } }
                try await group.waitForAll()
            }
            #expect(AlertKey.fingerprint(file: path) != nil)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).count == rounds)
    }

    @Test("only its owner can read the key, and it stays the same")
    func kept() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("alerts.key")
        _ = try AlertSecrets(file: path)
        let made = AlertKey.fingerprint(file: path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(made != nil && mode == 0o600)
        _ = try AlertSecrets(file: path)
        #expect(AlertKey.fingerprint(file: path) == made)
        #expect(throws: ServerError.self) { try AlertSecrets(file: directory.file("no folder/alerts.key")) }
    }
}
