import Foundation
import Logging
import Synchronization
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("Pinned hosts, kept in a file")
struct PinnedHostsTests {
    private let directory: TemporaryDirectory
    private let bank = PinnedHost(client: "checkout", host: "bank.example")

    init() throws { directory = try TemporaryDirectory("venus-pins") }

    private var path: String { directory.file("pins") }

    private func pins(now: Int64 = 1_000) -> PinnedHosts {
        PinnedHosts(
            path: path, lifetime: .seconds(100), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { now }
    }

    @Test("what one proxy learned, the next one knows, until it expires")
    func kept() throws {
        let first = pins()
        #expect(!first.rejected(bank))
        #expect(!first.isPinned(bank))
        #expect(first.rejected(bank))
        #expect(first.isPinned(bank))
        first.synchronize()
        #expect(try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int) == 0o600)
        #expect(pins().isPinned(bank))
        #expect(pins(now: 1_099).isPinned(bank))
        #expect(!pins(now: 1_100).isPinned(bank))
    }

    @Test("of many pins those that last longest are reported, and how many there are")
    func reported() throws {
        let now = Mutex<Int64>(1_000)
        let pins = PinnedHosts(
            path: nil, lifetime: .seconds(1_000), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { now.withLock { $0 } }
        for place in 0..<130 as Range<Int64> {
            now.withLock { $0 = 1_000 + place }
            let host = PinnedHost(client: "cart", host: "h\(place).example")
            for _ in 0..<2 { pins.rejected(host) }
        }
        // The first ten have expired by then.
        now.withLock { $0 = 2_009 }
        let reported = pins.reported
        #expect(reported.count == 120)
        #expect(reported.pins.map(\.host) == (30..<130).reversed().map { "h\($0).example" })
        #expect(reported.pins[0].learned == 1_129 && reported.pins[0].expires == 2_129)
    }

    @Test("proxies that write at the same time keep each other's pins")
    func together() throws {
        let (first, second) = (pins(), pins())
        let other = PinnedHost(client: "cart", host: "pay.example")
        for _ in 0..<2 {
            first.rejected(bank)
            second.rejected(other)
        }
        first.synchronize()
        second.synchronize()
        #expect(second.isPinned(bank))
        first.synchronize()
        #expect(first.isPinned(other))
        #expect(try PinsFile(path: path).read().count == 2)
    }

    @Test("what a person takes out of the file is intercepted again")
    func forgotten() throws {
        let proxy = pins()
        for _ in 0..<2 { proxy.rejected(bank) }
        proxy.synchronize()
        let removed = try PinsFile(path: path).edit(now: 1_000) { $0.removeValue(forKey: bank) }.result
        #expect(removed == .init(learned: 1_000, expires: 1_100))
        proxy.synchronize()
        #expect(!proxy.isPinned(bank))
    }

    @Test("a proxy that runs sees changes of the file")
    func watched() async throws {
        let (first, second) = (pins(), pins())
        let watching = Task { await first.run() }
        defer { watching.cancel() }
        for _ in 0..<2 { second.rejected(bank) }
        second.synchronize()
        try await eventually("the other's pin") { first.isPinned(bank) }
        let other = PinnedHost(client: "cart", host: "pay.example")
        for _ in 0..<2 { first.rejected(other) }
        try await eventually("its own pin in the file") { try PinsFile(path: path).read()[other] != nil }
    }

    @Test("lines that make no sense are left out, and a file for others to write is refused")
    func damaged() throws {
        try directory.write("# x\nnonsense\n\n1\t2\t3\n2000\t1\tcheckout\tbank.example\n9\t9\t\t\n\u{0}\n", to: "pins")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(try PinsFile(path: path).read() == [bank: .init(learned: 1, expires: 2_000)])
        #expect(pins().isPinned(bank))
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
        #expect(throws: CertificateError.self) { try PinsFile(path: path).read() }
        #expect(!pins().isPinned(bank))
    }
}
