import Synchronization
import TestSupport
import Testing
import VenusServer
import VenusStore

@Suite("The audit log of what comes often")
struct AuditLogTests {
    private final class Clock: Sendable {
        let now = Mutex<Int64>(1_000_000)
    }

    @Test("has an entry a minute of each event, detail and address, and so many of all addresses together")
    func often() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore(path: directory.path + "/venus.sqlite", logger: CapturedLog().logger)
        let clock = Clock()
        let audit = AuditLog(store: store) { clock.now.withLock { $0 } }
        func note(
            _ address: String, _ event: AuditEntry.Event = .signInRefused, _ detail: String = "GitHub: state"
        ) async throws {
            try await audit.noteOften(event, actor: "github", address: address, detail: detail)
        }
        func entries() async throws -> Int {
            let entries: [AuditEntry] = try await store.audit(AuditQuery(limit: 1_000))
            return entries.count
        }

        // One network of IPv6 is one address.
        for address in ["2001:db8::1", "2001:db8::1", "2001:db8::2"] { try await note(address) }
        #expect(try await entries() == 1)
        try await note("2001:db8::1", .signInRefused, "GitHub: busy")
        try await note("2001:db8::1", .signInDelayed)
        try await note("10.0.0.1")
        #expect(try await entries() == 4)
        clock.now.withLock { $0 += 59_999 }
        try await note("10.0.0.1")
        #expect(try await entries() == 4)
        clock.now.withLock { $0 += 1 }
        try await note("10.0.0.1")
        #expect(try await entries() == 5)
        clock.now.withLock { $0 += 60_000 }
        for number in 0..<300 { try await note("10.0.\(number / 200).\(number % 200)") }
        #expect(try await entries() == 5 + AuditLog.maximumOften)
        clock.now.withLock { $0 += 60_000 }
        try await note("10.9.9.9")
        #expect(try await entries() == 6 + AuditLog.maximumOften)
        await store.close()
    }
}
