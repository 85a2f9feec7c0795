import Testing
import VenusProxy

@Suite("The account of a tunnel")
struct TunnelAccountTests {
    private func at(_ seconds: UInt64) -> SteadyTime { SteadyTime(microseconds: 1_000_000 * seconds) }
    private func opened() -> TunnelAccount { TunnelAccount(openedAt: at(1), interval: 10_000_000) }

    @Test("every byte is recorded once")
    func bytes() {
        var account = opened()
        _ = account.moved(100, from: .client, at: at(1))
        _ = account.moved(1_000, from: .dependency, at: at(1))
        #expect(account.takeCall(holding: .init(sent: 40, received: 0)) == .init(sent: 60, received: 1_000))
        account.takeExchange(.init(sent: 40, received: 0))
        #expect(account.takeActivity(at: at(2)) == .init())
        _ = account.moved(7, from: .dependency, at: at(3))
        #expect(account.takeActivity(at: at(3)) == .init(sent: 0, received: 7))
        #expect(account.total == .init(sent: 100, received: 1_007))
    }

    @Test("a silent tunnel is established after one interval, and then nothing is due until bytes move")
    func due() {
        var account = opened()
        #expect(account.dueAt == at(11))
        #expect(account.due(at: at(10)) == .nothing)
        #expect(account.due(at: at(11)) == .establishment)
        _ = account.takeCall()
        #expect(account.dueAt == .distantFuture)
        let isNear = account.moved(1, from: .client, at: at(20))
        #expect(isNear)
        #expect(account.dueAt == at(30))
        let isNearer = account.moved(1, from: .client, at: at(21))
        #expect(!isNearer)
        #expect(account.due(at: at(30)) == .activity)
        #expect(account.takeActivity(at: at(30)) == .init(sent: 2, received: 0))
        #expect(account.dueAt == .distantFuture)
    }

    @Test("bytes that belong to exchanges are no activity")
    func exchanges() {
        var account = opened()
        account.recordsActivity = false
        _ = account.takeCall()
        #expect(account.due(at: at(11)) == .nothing)
        let isNear = account.moved(10, from: .client, at: at(20))
        #expect(!isNear)
        #expect(account.dueAt == .distantFuture)
    }
}
