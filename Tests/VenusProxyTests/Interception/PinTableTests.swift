import Testing
import VenusProxy

@Suite("Clients that do not take our certificate")
struct PinTableTests {
    private static let day: Int64 = 86_400
    private let bank = PinnedHost(client: "checkout", host: "bank.example")
    private var table = PinTable(lifetime: 7 * day)

    @Test("the second time for a host is the last")
    mutating func twice() {
        #expect(table.rejected(bank, now: 1_000) == .counted)
        #expect(!table.isPinned(bank, now: 1_000))
        #expect(
            table.rejected(bank, now: 1_001) == .learned(.init(learned: 1_001, expires: 1_001 + 7 * Self.day)))
        #expect(table.isPinned(bank, now: 1_001))
    }

    @Test("another client, or another host, is another matter")
    mutating func others() {
        for host in [
            PinnedHost(client: "10.0.0.7", host: "bank.example"),
            PinnedHost(client: "checkout", host: "api.bank.example"),
        ] {
            #expect(table.rejected(bank, now: 0) == .counted || table.isPinned(bank, now: 0))
            #expect(table.rejected(host, now: 0) == .counted)
            #expect(!table.isPinned(host, now: 0))
        }
    }

    @Test("a pin expires, and is learned again")
    mutating func expires() {
        _ = table.rejected(bank, now: 0)
        _ = table.rejected(bank, now: 0)
        #expect(table.isPinned(bank, now: 7 * Self.day - 1))
        #expect(!table.isPinned(bank, now: 7 * Self.day))
        #expect(table.rejected(bank, now: 7 * Self.day) == .counted)
        #expect(
            table.rejected(bank, now: 7 * Self.day) == .learned(.init(learned: 7 * Self.day, expires: 14 * Self.day)))
    }

    @Test("a first time is forgotten after a day")
    mutating func forgotten() {
        #expect(table.rejected(bank, now: 0) == .counted)
        #expect(table.rejected(bank, now: PinTable.strikeLifetime) == .counted)
        #expect(table.rejected(bank, now: 2 * PinTable.strikeLifetime - 1) != .counted)
    }

    @Test("clients that make up hosts do not grow it")
    mutating func bounded() {
        for number in 0..<30_000 {
            let host = PinnedHost(client: "a", host: "\(number).example")
            _ = table.rejected(host, now: Int64(number))
            _ = table.rejected(host, now: Int64(number))
            _ = table.rejected(PinnedHost(client: "b", host: "\(number).example"), now: Int64(number))
        }
        #expect(table.pins.count == PinTable.maximumPins)
        // The latest are there.
        #expect(table.isPinned(PinnedHost(client: "a", host: "29999.example"), now: 30_000))
        #expect(!table.isPinned(PinnedHost(client: "a", host: "0.example"), now: 30_000))
    }

    @Test("takes over what the file has, as far as it has not expired")
    mutating func replaced() {
        _ = table.rejected(bank, now: 0)
        _ = table.rejected(bank, now: 0)
        let other = PinnedHost(client: "checkout", host: "other.example")
        let old = PinnedHost(client: "checkout", host: "old.example")
        table.replace(
            with: [other: .init(learned: 1, expires: 100), old: .init(learned: 1, expires: 10)], now: 50)
        #expect(!table.isPinned(bank, now: 50))
        #expect(table.isPinned(other, now: 50))
        #expect(Set(table.pins.keys) == [other])
    }
}
