import Glibc
import Synchronization
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("The resolver")
struct ResolverTests {
    private static let address = IPAddress("192.0.2.1")

    /// Counts lookups and holds them back until it is told to go on.
    private final class Names: Sendable {
        let lookups = Mutex<[String: Int]>([:])
        let isHeld = Mutex(false)

        func lookup(_ name: String) -> [IPAddress]? {
            lookups.withLock { $0[name, default: 0] += 1 }
            while isHeld.withLock({ $0 }) { pause() }
            return name.hasPrefix("good") ? [ResolverTests.address].compactMap(\.self) : nil
        }

        private func pause() {
            // A thread of the resolver, as getaddrinfo would hold it.
            var time = timespec(tv_sec: 0, tv_nsec: 1_000_000)
            nanosleep(&time, nil)
        }

        func count(_ name: String) -> Int { lookups.withLock { $0[name] ?? 0 } }
    }

    private final class Answers: Sendable {
        let all = Mutex<[Resolution]>([])
    }

    private func ask(_ resolver: Resolver, _ name: String, _ answers: Answers, now: SteadyTime = .now) -> Resolution? {
        resolver.resolve(Array(name.utf8), now: now) { answer in answers.all.withLock { $0.append(answer) } }
    }

    @Test("looks a name up once for all who ask, and remembers the answer for its time")
    func coalesces() async throws {
        let names = Names()
        names.isHeld.withLock { $0 = true }
        let resolver = Resolver(limits: Resolver.Limits()) { names.lookup($0) }
        defer { resolver.stop() }
        let answers = Answers()
        for _ in 0..<10 { #expect(ask(resolver, "good.example", answers) == nil) }
        names.isHeld.withLock { $0 = false }
        try await eventually { answers.all.withLock { $0.count } == 10 }
        #expect(names.count("good.example") == 1)
        let known = try #require(ask(resolver, "good.example", answers))
        guard case .addresses(let addresses, let expire) = known else { throw TestFailure("no addresses") }
        #expect(addresses == [try #require(Self.address)])
        #expect(ask(resolver, "good.example", answers, now: expire) == nil)
        try await eventually { names.count("good.example") == 2 }
    }

    @Test("remembers for a moment that there is no answer")
    func negative() async throws {
        let names = Names()
        var limits = Resolver.Limits()
        // Longer than the test can take on a busy machine.
        limits.negativeLifetime = 60_000_000
        let resolver = Resolver(limits: limits) { names.lookup($0) }
        defer { resolver.stop() }
        let answers = Answers()
        #expect(ask(resolver, "bad.example", answers) == nil)
        try await eventually { answers.all.withLock { $0 } == [.failed(.dnsError)] }
        #expect(ask(resolver, "bad.example", answers) == .failed(.dnsError))
        #expect(names.count("bad.example") == 1)
    }

    @Test(
        "tells silent name servers from a name that does not exist, and asks again after a moment",
        arguments: [
            (LookupError.timedOut, ErrorType.dnsTimeout), (.failed, .dnsError),
        ])
    func temporary(error: LookupError, type: ErrorType) async throws {
        let lookups = Mutex(0)
        var limits = Resolver.Limits()
        limits.negativeLifetime = 60_000_000
        let resolver = Resolver(limits: limits) { _ throws(LookupError) in
            lookups.withLock { $0 += 1 }
            throw error
        }
        defer { resolver.stop() }
        let answers = Answers()
        #expect(ask(resolver, "away.example", answers) == nil)
        try await eventually { answers.all.withLock { $0 } == [.failed(type)] }
        #expect(ask(resolver, "away.example", answers) == .failed(type))
        #expect(lookups.withLock { $0 } == 1)
        #expect(ask(resolver, "away.example", answers, now: .now + 61_000_000) == nil)
        try await eventually { lookups.withLock { $0 } == 2 }
    }

    @Test("gives names that were slow no more than half of its threads, however many they are")
    func slowNames() async throws {
        let names = Names()
        var limits = Resolver.Limits()
        limits.threads = 4
        limits.slow = 0
        limits.lifetime = 0
        let resolver = Resolver(limits: limits) { name in
            name.hasPrefix("good-new") ? Self.address.map { [$0] } : names.lookup(name)
        }
        defer { resolver.stop() }
        let answers = Answers()
        for number in 0..<8 { #expect(ask(resolver, "good\(number)", answers) == nil) }
        try await eventually { answers.all.withLock { $0.count } == 8 }
        names.isHeld.withLock { $0 = true }
        for number in 0..<8 { #expect(ask(resolver, "good\(number)", answers) == nil) }
        try await eventually { names.lookups.withLock { $0.values.reduce(0, +) } == 10 }
        let quick = Answers()
        for number in 0..<20 { #expect(ask(resolver, "good-new\(number)", quick) == nil) }
        try await eventually { quick.all.withLock { $0.count } == 20 }
        #expect(names.lookups.withLock { $0.values.reduce(0, +) } == 10)
        names.isHeld.withLock { $0 = false }
        try await eventually { answers.all.withLock { $0.count } == 16 }
    }

    @Test("is not held up by one slow name")
    func parallel() async throws {
        let names = Names()
        let resolver = Resolver(limits: Resolver.Limits()) { name in
            if name == "slow" { names.isHeld.withLock { $0 = true } }
            return name == "slow" ? names.lookup(name) : Self.address.map { [$0] }
        }
        defer { resolver.stop() }
        let slow = Answers()
        #expect(ask(resolver, "slow", slow) == nil)
        try await eventually { names.count("slow") == 1 }
        let quick = Answers()
        for number in 0..<20 { #expect(ask(resolver, "quick\(number)", quick) == nil) }
        try await eventually { quick.all.withLock { $0.count } == 20 }
        #expect(slow.all.withLock { $0.isEmpty })
        names.isHeld.withLock { $0 = false }
        try await eventually { slow.all.withLock { $0.count } == 1 }
    }

    @Test("bounds what it remembers and what waits")
    func bounds() async throws {
        let names = Names()
        names.isHeld.withLock { $0 = true }
        var limits = Resolver.Limits()
        limits.threads = 1
        limits.names = 8
        limits.waiting = 4
        let resolver = Resolver(limits: limits) { names.lookup($0) }
        defer { resolver.stop() }
        let answers = Answers()
        var refused = 0
        for number in 0..<20 {
            guard let answer = ask(resolver, "good\(number)", answers) else { continue }
            #expect(answer == .failed(.proxyInternalError))
            refused += 1
        }
        // One is being looked up and four wait, give or take the moment in which the thread takes the first.
        #expect((15...16).contains(refused))
        names.isHeld.withLock { $0 = false }
        try await eventually { answers.all.withLock { $0.count } == 20 - refused }
        for number in 100..<130 {
            let before = answers.all.withLock { $0.count }
            #expect(ask(resolver, "good\(number)", answers) == nil)
            try await eventually { answers.all.withLock { $0.count } == before + 1 }
        }
    }
}

@Suite("An IP address")
struct IPAddressTests {
    @Test("is read only in its proper spelling")
    func spellings() {
        #expect(IPAddress("127.0.0.1")?.isLoopback == true)
        #expect(IPAddress("::1")?.isLoopback == true)
        #expect(IPAddress("127.1") == nil)
        #expect(IPAddress("0x7f.0.0.1") == nil)
        #expect(IPAddress("2130706433") == nil)
        #expect(IPAddress("localhost") == nil)
    }

    @Test("inside an IPv6 address is found")
    func mapped() {
        #expect(IPAddress("::ffff:127.0.0.1")?.unmapped == IPAddress("127.0.0.1"))
        #expect(IPAddress("::ffff:0:127.0.0.1")?.unmapped.isIPv6 == true)
        #expect(IPAddress("::")?.isUnspecified == true)
        #expect(IPAddress("2001:db8::1")?.text == "2001:db8::1")
    }
}
