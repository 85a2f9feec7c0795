import Testing
import TestSupport
import VenusCore
import VenusProxy

@Suite("Exchanges of which bytes go by unseen")
struct TunnelBulkTests {
    /// Start, time to first byte, duration, in milliseconds.
    private func times(_ exchange: EstimatedExchange) -> [Int] {
        [
            WatchedTunnel.milliseconds(exchange.start), exchange.phases[.ttfb].map { Int($0) / 1_000 } ?? -1,
            Int(exchange.duration) / 1_000,
        ]
    }

    /// A tunnel whose client has sent a large request by a pipe, and has its answer.
    private func afterUpload() -> WatchedTunnel {
        var tunnel = WatchedTunnel.withTickets13()
        tunnel.client(150, 16_401, 16_401, 16_401, 16_401)
        tunnel.wait(10)
        tunnel.unseen(934_567, from: .client)
        tunnel.wait(30)
        tunnel.server(200)
        tunnel.wait(10)
        return tunnel
    }

    @Test("begin in bytes that nobody saw, once the dependency has answered")
    func unseenRequests() {
        var tunnel = afterUpload()
        for _ in 0..<2 {
            tunnel.unseen(65_536, from: .client)
            tunnel.wait(5)
            tunnel.unseen(934_567, from: .client)
            tunnel.wait(30)
            tunnel.server(200)
            tunnel.wait(10)
        }
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.map(times) == [[30, 30, 40], [80, 30, 35], [125, 30, 35]])
        #expect(tunnel.exchanges.map(\.bytes.received) == [205, 205, 205])
        #expect(tunnel.exchanges.map(\.bytes.sent).dropFirst() == [1_000_103, 1_000_103])
    }

    @Test("begin and end in bytes that nobody saw, both ways")
    func unseenBothWays() {
        var tunnel = afterUpload()
        tunnel.unseen(200, from: .client)
        tunnel.wait(20)
        tunnel.server(16_401, 16_401, 16_401, 16_401)
        tunnel.wait(5)
        tunnel.unseen(800_000, from: .dependency)
        tunnel.wait(500)
        tunnel.unseen(300, from: .client)
        tunnel.wait(20)
        tunnel.unseen(400, from: .dependency)
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.map(times) == [[30, 30, 40], [80, 20, 25], [605, 20, 20]])
        #expect(tunnel.exchanges.map(\.bytes).last == .init(sent: 300, received: 400))
    }

    @Test("are told from alerts by their number of bytes, and those say who ended the tunnel")
    func unseenAlerts() {
        var tunnel = afterUpload()
        tunnel.unseen(24, from: .client)
        tunnel.sideEnded(.dependency)
        var ending = tunnel.end(.finished(by: .dependency))
        #expect(ending.end == .finished(by: .client))
        #expect(ending.isAnnounced)
        #expect(tunnel.exchanges.map(times) == [[30, 30, 40]])
        // A dependency that closes instead of answering.
        tunnel = afterUpload()
        tunnel.unseen(80_000, from: .dependency)
        tunnel.wait(10)
        tunnel.client(300)
        tunnel.wait(10)
        tunnel.unseen(24, from: .dependency)
        ending = tunnel.end(.finished(by: .dependency))
        #expect(ending.isAnnounced)
        #expect(tunnel.exchanges.map(\.outcome) == [CallEnd(.unknown), CallEnd(.unknown, .connectionTerminated)])
        // Before TLS 1.3.
        tunnel = WatchedTunnel.established12()
        tunnel.client(150, 16_401, 16_401, 16_401, 16_401)
        tunnel.unseen(100_000, from: .client)
        tunnel.wait(10)
        tunnel.server(200)
        tunnel.unseen(31, from: .client)
        #expect(tunnel.end(.finished(by: .client)).isAnnounced)
        #expect(tunnel.exchanges.count == 1)
    }

    @Test("go on when the client is asked unseen to send its body")
    func interim() {
        var tunnel = afterUpload()
        tunnel.unseen(80_000, from: .dependency)
        tunnel.wait(10)
        tunnel.unseen(300, from: .client)
        tunnel.wait(10)
        tunnel.unseen(47, from: .dependency)
        tunnel.wait(10)
        tunnel.unseen(70_000, from: .client)
        tunnel.wait(40)
        tunnel.unseen(300, from: .dependency)
        tunnel.wait(3_000)
        #expect(tunnel.exchanges.map(times).last == [90, 40, 60])
        #expect(tunnel.exchanges.count == 2)
    }

    @Test(
        "are not made of bulk that comes again after a pause, however it comes; only if it goes on and on it is a stream"
    )
    func pauses() {
        for isSeen in [true, false] {
            var tunnel = WatchedTunnel.withTickets13()
            tunnel.client(150)
            tunnel.wait(10)
            for _ in 0..<2 {
                tunnel.server(16_401, 16_401, 16_401, 16_401)
                for _ in 0..<20 {
                    tunnel.wait(10)
                    if isSeen { tunnel.server(16_401, 16_401) } else { tunnel.unseen(32_812, from: .dependency) }
                }
                tunnel.wait(2_500)
            }
            #expect(tunnel.exchanges.map(times) == [[30, 10, 210]])
            #expect(tunnel.observer.makesExchanges)
            tunnel.client(150)
            tunnel.wait(10)
            if isSeen { tunnel.server(300) } else { tunnel.server([UInt8](repeating: 0xC7, count: 300)) }
            tunnel.wait(3_000)
            #expect(tunnel.exchanges.count == 2)
            // Nobody asks, and it does not end.
            for _ in 0..<50 {
                if isSeen { tunnel.server(16_401, 16_401) } else { tunnel.unseen(32_812, from: .dependency) }
                tunnel.wait(100)
            }
            #expect(!tunnel.observer.makesExchanges)
            #expect(tunnel.exchanges.count == 2)
        }
    }

    @Test("are the same whatever is seen of them", arguments: 0..<8)
    func anyMix(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let script = TunnelScript.random(&random)
            let seen = script.play(nil)
            #expect(seen.exchanges.count == script.exchanges)
            for _ in 0..<3 {
                let mixed = script.play(SeededGenerator(seed: random.next()))
                #expect(mixed.exchanges.map(times) == seen.exchanges.map(times))
                #expect(mixed.exchanges.map(\.outcome) == seen.exchanges.map(\.outcome))
                #expect(mixed.exchanges.map(\.isReused) == seen.exchanges.map(\.isReused))
                #expect(mixed.calls == seen.calls)
            }
        }
    }
}

/// What the two sides of a tunnel send after its handshake.
private struct TunnelScript {
    private enum Step {
        case wait(Int)
        /// Lengths of records that come together.
        case records(TunnelStateMachine.Side, [Int])
        case alert(TunnelStateMachine.Side)
    }

    private var steps: [Step] = []
    private var isTLS13 = true
    private(set) var exchanges = 0

    static func random(_ random: inout SeededGenerator) -> TunnelScript {
        var script = TunnelScript()
        script.isTLS13 = random.next() % 3 > 0
        for _ in 0..<(1 + random.next() % 6) {
            script.burst(.client, &random)
            script.steps.append(.wait(Int(random.next() % 300)))
            script.burst(.dependency, &random)
            script.steps.append(.wait([0, 3, 100, 1_500, 2_500][Int(random.next() % 5)]))
            script.exchanges += 1
        }
        if random.next() % 3 == 0 { script.steps.append(.alert(random.next() % 2 == 0 ? .client : .dependency)) }
        return script
    }

    /// A small message, or reads of bulk close behind each other.
    private mutating func burst(_ side: TunnelStateMachine.Side, _ random: inout SeededGenerator) {
        steps.append(.records(side, [300 + Int(random.next() % 3_000)]))
        guard random.next() % 2 == 0 else { return }
        for _ in 0..<(1 + random.next() % 8) {
            steps.append(.wait(Int(random.next() % 4)))
            let full = Array(repeating: 16_401, count: Int(random.next() % 8))
            steps.append(.records(side, full + [40 + Int(random.next() % 10_000)]))
        }
    }

    /// What is seen of it. With `cuts` reads are cut anywhere, and from a large one on a side's bytes go by unseen
    /// until it occurs to somebody to look again.
    func play(_ cuts: SeededGenerator?) -> WatchedTunnel {
        var cuts = cuts
        var tunnel = isTLS13 ? WatchedTunnel.withTickets13() : WatchedTunnel.established12()
        var piped: Set<TunnelStateMachine.Side> = []
        for step in steps {
            switch step {
            case .wait(let milliseconds): tunnel.wait(milliseconds)
            case .alert(let side): pass(TLSBytes.record(isTLS13 ? 23 : 21, isTLS13 ? 19 : 26), side, &tunnel, piped)
            case .records(let side, let lengths):
                var bytes = lengths.flatMap { TLSBytes.record(23, $0) }[...]
                while !bytes.isEmpty {
                    let count = cuts.map { _ in 1 + Int(cuts!.next() % UInt64(bytes.count)) } ?? bytes.count
                    pass(Array(bytes.prefix(count)), side, &tunnel, piped)
                    bytes = bytes.dropFirst(count)
                    guard cuts != nil else { continue }
                    if piped.contains(side) {
                        if cuts!.next() % 8 == 0 { piped.remove(side) }
                    } else if count >= 65_536 {
                        piped.insert(side)
                    }
                }
            }
        }
        tunnel.wait(3_000)
        tunnel.end(.finished(by: .client))
        return tunnel
    }

    private func pass(
        _ bytes: [UInt8], _ side: TunnelStateMachine.Side, _ tunnel: inout WatchedTunnel,
        _ piped: Set<TunnelStateMachine.Side>
    ) {
        if piped.contains(side) {
            tunnel.unseen(bytes.count, from: side)
        } else if side == .client {
            tunnel.client(bytes)
        } else {
            tunnel.server(bytes)
        }
    }
}
