import Testing
import VenusProxy

@Suite("What a name server has said so far")
struct NameLookupStateMachineTests {
    private let start = SteadyTime(microseconds: 1_000_000)
    private let limit = SteadyTime(microseconds: 6_000_000)
    private let ipv4 = IPAddress("192.0.2.1")!
    private let ipv6 = IPAddress("2001:db8::1")!

    private func addresses(_ addresses: IPAddress..., lifetime: UInt32 = 60) -> DNSMessage.Answer {
        .addresses(addresses, lifetime: lifetime)
    }

    @Test("IPv4 addresses wait 50 ms for those of IPv6, which then come first")
    func resolutionDelay() throws {
        var lookup = NameLookupStateMachine()
        #expect(lookup.end(limit) == limit && !lookup.isEnough)
        lookup.take(addresses(ipv4), .ipv4, at: start)
        #expect(lookup.end(limit) == start + 50_000 && lookup.isEnough)
        var late = lookup
        #expect(try late.result()?.addresses == [ipv4])
        lookup.take(addresses(ipv6, lifetime: 5), .ipv6, at: start + 49_999)
        #expect(try lookup.result() == NameAnswer([ipv6, ipv4], lifetime: 5_000_000))
        // What comes once more makes nobody wait for longer.
        late.take(addresses(ipv4), .ipv4, at: start + 40_000)
        #expect(late.end(limit) == start + 50_000)
    }

    @Test("IPv6 addresses wait for those of IPv4 for as long as these would not be tried anyway")
    func fallback() throws {
        var lookup = NameLookupStateMachine()
        lookup.take(addresses(ipv6), .ipv6, at: start)
        #expect(lookup.end(limit) == start + ConnectStateMachine.attemptDelay)
        #expect(try lookup.result()?.addresses == [ipv6])
        lookup.take(addresses(ipv4), .ipv4, at: start + 200_000)
        #expect(try lookup.result()?.addresses == [ipv6, ipv4])
    }

    @Test(
        "one kind without addresses leaves the other all of its time",
        arguments: [DNSMessage.Answer.addresses([], lifetime: 0), .failed])
    func noAddresses(answer: DNSMessage.Answer) throws {
        for type in DNSMessage.RecordType.allCases {
            var lookup = NameLookupStateMachine()
            lookup.take(answer, type, at: start)
            #expect(lookup.end(limit) == limit && !lookup.isEnough)
            #expect(throws: LookupError.timedOut) { try lookup.result() }
            let isIPv6 = type == .ipv6
            lookup.take(addresses(isIPv6 ? ipv4 : ipv6), isIPv6 ? .ipv4 : .ipv6, at: start + 3_000_000)
            #expect(lookup.isEnough)
            #expect(try lookup.result()?.addresses == [isIPv6 ? ipv4 : ipv6])
        }
    }

    @Test("the time for all is never exceeded, and a name that does not exist is none for both kinds")
    func limits() throws {
        var lookup = NameLookupStateMachine()
        lookup.take(addresses(ipv4), .ipv4, at: start)
        #expect(lookup.end(start + 10) == start + 10)
        var none = NameLookupStateMachine()
        none.take(.noSuchName, .ipv4, at: start)
        #expect(try none.result() == nil)
        none.take(.failed, .ipv6, at: start)
        #expect(none.isEnough)
        #expect(try none.result() == nil)
    }
}
