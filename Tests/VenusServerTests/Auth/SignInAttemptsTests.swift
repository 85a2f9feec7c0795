import Testing
import VenusStore

@Suite("How long a failed sign-in makes wait")
struct SignInAttemptsTests {
    private let patience: SignInAttempts.Patience

    init() {
        var patience = SignInAttempts.Patience.address
        patience.free = 3
        patience.firstWait = 1_000
        patience.longestWait = 8_000
        self.patience = patience
    }

    @Test("the wait begins when the free failures are used up, doubles, and ends at the longest")
    func waits() {
        let (address, account) = (SignInAttempts.Patience.address, SignInAttempts.Patience.account)
        #expect(address.free == 10 && address.firstWait == 2_000 && address.longestWait == 900_000)
        #expect(account.free == 10 && account.firstWait == 2_000 && account.longestWait == 60_000)
        var attempts = SignInAttempts()
        var waits: [Int64] = []
        var now: Int64 = 10_000_000
        for _ in 0..<8 {
            attempts.began(patience, now: now)
            let wait = attempts.wait(patience, now: now)
            waits.append(wait)
            now += wait
            #expect(attempts.wait(patience, now: now) == 0)
        }
        #expect(waits == [0, 0, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000])
    }

    @Test("an hour without a failure forgets them")
    func forgets() {
        var attempts = SignInAttempts()
        for _ in 0..<10 { attempts.began(patience, now: 10_000_000) }
        attempts.began(patience, now: 10_000_000 + SignInAttempts.memory)
        #expect(attempts.failures == 1)
        #expect(attempts.blockedUntil == 0)
    }

    @Test("what succeeds does not count")
    func success() {
        var attempts = SignInAttempts()
        for now in 0..<100 as Range<Int64> {
            attempts.began(patience, now: now)
            attempts.succeeded()
            #expect(attempts.wait(patience, now: now) == 0)
        }
    }

    @Test("no clock makes anybody wait longer than the longest wait, and no count overflows")
    func clocks() {
        var attempts = SignInAttempts(failures: .max - 1, lastAt: 0, blockedUntil: .max / 2)
        #expect(attempts.wait(patience, now: 0) == 8_000)
        for _ in 0..<100 { attempts.began(patience, now: 1) }
        #expect(attempts.wait(patience, now: 1) == 8_000)
        attempts.began(patience, now: 1 - 2 * SignInAttempts.memory)
        #expect(attempts.failures == 1)
    }
}
