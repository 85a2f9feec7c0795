import Foundation
import TestSupport
import Testing

/// A fleet under load whose parts are killed and frozen, one after the other, in an order and at moments that a seed
/// decides: each of them in each way once, and then at random.
///
/// `CHAOS_SECONDS` says how long it goes on at random, `CHAOS_SEED` with which seed; without them each part is hurt in
/// each way once, with a seed of its own.
final class Chaos {
    enum Part: String, CaseIterable { case analyzer, secondAnalyzer, redis, postgres, proxy }
    enum Harm: String, CaseIterable { case kill, freeze }

    struct Event: CustomStringConvertible {
        var part: Part
        var harm: Harm
        var outage: Duration
        var description: String { "\(harm) \(part) for \(outage)" }
    }

    static let clients = 4
    /// Longer than a lease lasts and than we wait for a database's answer; far shorter than the load's clients wait for
    /// theirs, 30 s, so that none of them gives a frozen proxy up.
    static let longestOutage: Duration = .milliseconds(6_500)
    /// How long parts are hurt, in all; zero: until each was hurt in each way.
    static var duration: Duration { .seconds(number("CHAOS_SECONDS") ?? 0) }
    static var seed: UInt64 { number("CHAOS_SEED").map { UInt64($0) } ?? .random(in: 0..<1_000_000) }

    let origin: Origin
    private let seed: UInt64
    private let server: PostgresServer
    private let redis: RedisServer
    private let fleet: Fleet
    private let second: String
    private var secondAnalyzer: ChildProcess
    private var random: SeededGenerator
    private let load: LoadGenerator
    private(set) var events: [Event] = []

    init(seed: UInt64) async throws {
        self.seed = seed
        origin = try Origin()
        server = try await PostgresServer()
        // What it has acknowledged outlives a kill. With `everysec` that is so only while its disk is quick: during an
        // fsync that takes long it answers for up to two seconds before it writes.
        redis = try await RedisServer(fsync: "always")
        fleet = try await Fleet(redis: redis, database: server.makeDatabase())
        second = "analyze-2"
        secondAnalyzer = try VenusBinary.start(
            ["analyze"], environment: fleet.environment(of: second), directory: fleet.directory.path)
        random = SeededGenerator(seed: seed)
        load = LoadGenerator(
            proxyPort: fleet.proxyPort, url: origin.url("/bytes/200"), clients: Self.clients,
            pause: .milliseconds(4))
        try await eventually("the first calls", holds: { [load] in load.report.succeeded > 100 })
    }

    /// Hurts each of these parts in each way, and goes on at random until ``duration`` is over; afterwards all are well.
    func run(_ parts: [Part]) async throws {
        let end = ContinuousClock.now + Self.duration
        for event in everyHarm(to: parts) {
            try await strike(event)
            // The time until the next.
            try await Task.sleep(for: .milliseconds(random.number(below: 400)))
        }
        while ContinuousClock.now < end {
            let event = Event(
                part: parts[random.number(below: parts.count)],
                harm: Harm.allCases[random.number(below: Harm.allCases.count)],
                // Now and then the longest.
                outage: random.number(below: 4) == 0
                    ? Self.longestOutage : .milliseconds(200 + random.number(below: 2_500)))
            try await strike(event)
            // The time until the next.
            try await Task.sleep(for: .milliseconds(random.number(below: 1_500)))
        }
    }

    /// Each of these parts hurt in each way once, in a random order; one outage is the longest, the others are short.
    private func everyHarm(to parts: [Part]) -> [Event] {
        var all: [Event] = []
        for part in parts {
            for harm in Harm.allCases {
                let outage = Duration.milliseconds(200 + random.number(below: 1_000))
                all.append(Event(part: part, harm: harm, outage: outage))
            }
        }
        all.shuffle(using: &random)
        if !all.isEmpty { all[random.number(below: all.count)].outage = Self.longestOutage }
        return all
    }

    /// Hurts a part, waits, and mends it.
    func strike(_ event: Event) async throws {
        events.append(event)
        try await hurt(event.part, event.harm)
        try await Task.sleep(for: event.outage)  // The outage itself.
        try await mend(event.part, event.harm)
    }

    /// What was done, for messages.
    var story: String { "seed \(seed): \(events)" }
    /// What the load met so far.
    var loadReport: LoadGenerator.Report { load.report }
    func stopLoad() async throws -> LoadGenerator.Report { try await load.stop() }
    func signIn() async throws -> VenusAPI { try await fleet.signIn() }
    func count(_ harm: Harm, of part: Part) -> Int {
        events.filter { $0.part == part && $0.harm == harm }.count
    }

    /// What Venus says of the calls.
    struct Account: Equatable, CustomStringConvertible {
        var counted = 0
        var lost = 0
        /// Under way in proxies that were killed.
        var unknown = 0
        var description: String { "\(counted) counted, \(lost) lost, \(unknown) unknown" }
    }

    /// What Venus says, once all places agree and it stands still for three ticks.
    func settled(_ isEnough: (Account) -> Bool) async throws -> Account {
        let api = try await signIn()
        var last: Account?
        var same = 0
        return try await eventually(within: .seconds(90), poll: .seconds(1), "counts that stand still") {
            let live = try await api.get("/kpis?by=total&window=1h")["items"].array
                .compactMap { $0["kpis"]["calls"].int }.reduce(0, +)
            let stored = try await api.get("/history?range=hour")["totals"]["calls"].int ?? -1
            let lost = try await api.get("/losses")["total"]["calls"].int ?? -1
            let unknown = try await api.get("/proxies")["items"].array
                .compactMap { $0["calls"]["unknown"].int }.reduce(0, +)
            let account = Account(counted: live, lost: lost, unknown: unknown)
            same = account == last && live == stored ? same + 1 : 0
            last = account
            guard same >= 3, isEnough(account) else { throw TestFailure("\(account), \(stored) in history") }
            return account
        }
    }

    private func hurt(_ part: Part, _ harm: Harm) async throws {
        switch (part, harm) {
        case (.redis, .kill): try await redis.kill()
        case (.redis, .freeze): redis.pause()
        case (.postgres, .kill): try await server.kill()
        case (.postgres, .freeze): server.pause()
        case (.analyzer, _), (.secondAnalyzer, _), (.proxy, _):
            process(part).signal(harm == .kill ? SIGKILL : SIGSTOP)
            if harm == .kill { try await process(part).waitForExit() }
        }
    }

    private func mend(_ part: Part, _ harm: Harm) async throws {
        switch (part, harm) {
        case (.redis, .kill): try await redis.start()
        case (.redis, .freeze): redis.resume()
        case (.postgres, .kill): try await server.start()
        case (.postgres, .freeze): server.resume()
        case (.analyzer, .kill): try await fleet.start(.analyze)
        case (.proxy, .kill): try await fleet.start(.proxy)
        case (.secondAnalyzer, .kill):
            secondAnalyzer = try VenusBinary.start(
                ["analyze"], environment: fleet.environment(of: second), directory: fleet.directory.path)
        case (.analyzer, .freeze), (.secondAnalyzer, .freeze), (.proxy, .freeze):
            process(part).signal(SIGCONT)
        }
    }

    private func process(_ part: Part) -> ChildProcess {
        switch part {
        case .analyzer: fleet.process(.analyze)
        case .secondAnalyzer: secondAnalyzer
        case .proxy: fleet.process(.proxy)
        case .redis, .postgres: preconditionFailure("servers are hurt by their own methods")
        }
    }

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }
}

extension SeededGenerator {
    mutating func number(below limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
