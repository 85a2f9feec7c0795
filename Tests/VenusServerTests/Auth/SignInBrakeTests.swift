import Testing
import VenusServer

@Suite("The brake on sign-ins")
struct SignInBrakeTests {
    @Test("ten failures in a minute pause an address until the minute is over, and no other address")
    func pauses() {
        var brake = SignInBrake()
        for attempt in 0..<10 {
            #expect(brake.retryAfter(address: "a", now: Int64(attempt)) == nil)
            brake.began(address: "a", now: Int64(attempt))
        }
        #expect(brake.retryAfter(address: "a", now: 10_000) == 50)
        #expect(brake.retryAfter(address: "a", now: 59_999) == 1)
        #expect(brake.retryAfter(address: "b", now: 10_000) == nil)
        #expect(brake.retryAfter(address: "a", now: 60_000) == nil)
    }

    @Test("what succeeds does not count")
    func success() {
        var brake = SignInBrake()
        for now in Int64(0)..<100 {
            brake.began(address: "a", now: now)
            brake.succeeded(address: "a")
        }
        #expect(brake.retryAfter(address: "a", now: 100) == nil)
    }

    @Test("more addresses than are remembered share one count")
    func manyAddresses() {
        var brake = SignInBrake()
        for address in 0..<SignInBrake.maximumAddresses { brake.began(address: "\(address)", now: 0) }
        for _ in 0..<10 { brake.began(address: "new", now: 1) }
        #expect(brake.retryAfter(address: "newer", now: 2) != nil)
        #expect(brake.retryAfter(address: "5", now: 2) == nil)
        brake.began(address: "later", now: 70_000)
        #expect(brake.retryAfter(address: "newer", now: 70_000) == nil)
    }
}
