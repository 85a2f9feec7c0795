import Foundation
import Synchronization
import TestSupport
import Testing
import VenusProxy

@Suite("Leaf certificates, made off the loops")
struct LeafCertificatesTests {
    private let authority: CertificateAuthority

    init() throws { authority = try .make(label: "test", now: Int64(Date().timeIntervalSince1970)) }

    @Test("a leaf is made once, and then known")
    func madeOnce() async throws {
        let leaves = try LeafCertificates(authority: authority)
        defer { leaves.stop() }
        let first = try await leaf("api.example.com", leaves)
        guard case .leaf(let known)? = leaves.leaf(for: try names("api.example.com"), deliver: { _ in }) else {
            Issue.record("it is not known")
            return
        }
        #expect(known === first)
        #expect(leaves.usage.made == 1)
        let other = try await leaf("other.example.com", leaves)
        #expect(other.key === first.key)
        #expect(other.certificate.fingerprint != first.certificate.fingerprint)
    }

    @Test("many who ask for one at a time get the same")
    func coalesced() async throws {
        let leaves = try LeafCertificates(authority: authority)
        defer { leaves.stop() }
        let answers = Answers()
        for _ in 0..<200 {
            if let answer = leaves.leaf(for: try names("api.example.com"), deliver: answers.add) { answers.add(answer) }
        }
        try await eventually("all answers") { answers.count == 200 }
        #expect(answers.leaves.count == 1)
        #expect(leaves.usage.made == 1)
    }

    @Test("100,000 random names do not grow what is remembered, and all get their leaf or are told that there is none")
    func bounded() async throws {
        var limits = LeafCertificates.Limits()
        limits.leaves = 64
        limits.waiting = 32
        let leaves = try LeafCertificates(authority: authority, limits: limits)
        defer { leaves.stop() }
        let answers = Answers()
        for _ in 0..<100_000 {
            let name = "\(UInt64.random(in: .min ... .max)).example"
            if let answer = leaves.leaf(for: try names(name), deliver: answers.add) { answers.add(answer) }
        }
        try await eventually("all answers") { answers.count == 100_000 }
        let usage = leaves.usage
        #expect(usage.leaves == 64)
        #expect(usage.bytes < 64 * 8_192)
        #expect(usage.made >= 64)
        #expect(answers.busy == 100_000 - usage.made)
        #expect(answers.busy > 0)
    }

    @Test("what was used last is kept")
    func recency() async throws {
        var limits = LeafCertificates.Limits()
        limits.leaves = 3
        let leaves = try LeafCertificates(authority: authority, limits: limits)
        defer { leaves.stop() }
        let first = try await leaf("a.example", leaves)
        _ = try await leaf("b.example", leaves)
        _ = try await leaf("c.example", leaves)
        #expect(try await leaf("a.example", leaves) === first)
        _ = try await leaf("d.example", leaves)
        #expect(try await leaf("a.example", leaves) === first)
        #expect(leaves.usage.made == 4)
        _ = try await leaf("b.example", leaves)
        #expect(leaves.usage.made == 5)
    }

    @Test("bytes bound what is remembered as well")
    func bytes() async throws {
        var limits = LeafCertificates.Limits()
        limits.bytes = 20_000
        let leaves = try LeafCertificates(authority: authority, limits: limits)
        defer { leaves.stop() }
        for number in 0..<20 { _ = try await leaf("\(number).example", leaves) }
        #expect(leaves.usage.bytes <= 20_000)
        #expect((2..<20).contains(leaves.usage.leaves))
    }

    @Test("a leaf is made anew long before it ends")
    func renewed() async throws {
        let time = Mutex(Int64(Date().timeIntervalSince1970))
        let leaves = try LeafCertificates(authority: authority) { time.withLock { $0 } }
        defer { leaves.stop() }
        let first = try await leaf("a.example", leaves)
        time.withLock { $0 += 29 * 86_400 }
        #expect(try await leaf("a.example", leaves) === first)
        time.withLock { $0 += 2 * 86_400 }
        let second = try await leaf("a.example", leaves)
        #expect(second !== first)
        #expect(second.certificate.validUntil > first.certificate.validUntil)
    }

    @Test("after the stop there are none, and whoever waits hears of it")
    func stopped() async throws {
        let leaves = try LeafCertificates(authority: authority)
        leaves.stop()
        guard case .busy? = leaves.leaf(for: try names("a.example"), deliver: { _ in }) else {
            Issue.record("expected busy")
            return
        }
    }

    private func names(_ host: String) throws -> LeafNames {
        LeafNames(host: try #require(SubjectName(host: Array(host.utf8))))
    }

    private func leaf(_ host: String, _ leaves: LeafCertificates) async throws -> LeafCertificate {
        let names = try names(host)
        let answer = await withCheckedContinuation { continuation in
            if let answer = leaves.leaf(for: names, deliver: { continuation.resume(returning: $0) }) {
                continuation.resume(returning: answer)
            }
        }
        guard case .leaf(let leaf) = answer else { throw TestFailure("no leaf: \(answer)") }
        return leaf
    }

    /// Answers that came on whatever thread.
    private final class Answers: Sendable {
        private let state = Mutex((leaves: Set<ObjectIdentifier>(), count: 0, busy: 0))

        var count: Int { state.withLock { $0.count } }
        var busy: Int { state.withLock { $0.busy } }
        var leaves: Set<ObjectIdentifier> { state.withLock { $0.leaves } }

        @Sendable func add(_ answer: LeafAnswer) {
            state.withLock { state in
                state.count += 1
                switch answer {
                case .leaf(let leaf): state.leaves.insert(ObjectIdentifier(leaf))
                case .busy: state.busy += 1
                case .failed(let error): Issue.record(error)
                }
            }
        }
    }
}
