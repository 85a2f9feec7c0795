import CLinux
import Foundation
import VenusAnalysis
import VenusCallLog
import VenusCore
import VenusStore

/// What the analysis of a shard keeps in memory for 500 edges, with their operations called for more than an hour and
/// then no more: keys and routes, open minutes, the windows of all levels, and the frames of its feed.
///
/// Time is simulated. Calls come from 50 services, as entries of the log, at a mean rate and by chance, and take times
/// that are log-normal around medians of 5 to 113 ms. The windows hold cells of a minute, of ten seconds for the last
/// quarter of an hour, and of a second for the last minute: so an operation's calls of a minute, of ten seconds, and of
/// a second come at once, by the age that they have at the end. That fills the same cells with the same histograms as
/// calls in every second, with a tenth of the work.
struct MemoryBenchmark {
    /// Bytes that are resident.
    struct Result {
        /// All of them: calls, services and this program.
        var before = 0
        /// After the last tick with calls.
        var full = 0
        /// The most there ever was.
        var peak = 0
        /// When the last call is more than an hour ago.
        var idle = 0
        /// The same, without what the allocator keeps of what was freed.
        var held = 0
        var seconds = 0.0
    }

    static let services = 50
    static let dependencies = 10
    static var edges: Int { services * dependencies }

    /// A multiple of two.
    let operationsPerEdge: Int
    /// Of each operation, in the mean.
    let callsPerSecond: Double

    func run() -> Result {
        precondition(operationsPerEdge > 0 && operationsPerEdge % 2 == 0, "blocks have calls of four operations each")
        var shard = Shard(
            ages: [60, 10, 1].map { Age($0, operationsPerEdge: operationsPerEdge, callsPerSecond: callsPerSecond) })
        var result = Result(before: Stopwatch.residentBytes)
        let watch = Stopwatch()
        for second in 0..<Self.end { shard.pass(second) }
        result.full = Stopwatch.residentBytes
        result.peak = Self.peakBytes
        precondition(
            shard.operationsInMinute * 10 > Self.edges * operationsPerEdge * 9
                && shard.frame(at: Self.end).series.count { $0.key.level == .edge } == Self.edges,
            "every operation is told apart, and every edge has windows")
        for second in stride(from: Self.end, through: Self.end + Self.idleSeconds, by: Self.tickSeconds) {
            shard.tick(at: second)
        }
        precondition(shard.frame(at: Self.end + Self.idleSeconds).series.isEmpty, "nothing has windows any more")
        result.seconds = watch.seconds
        result.idle = Stopwatch.residentBytes
        clinux_release_freed_memory()
        result.held = Stopwatch.residentBytes
        // It would be let go of after its last use.
        return withExtendedLifetime(shard) { result }
    }

    /// Seconds since the start from which on calls come every ten seconds, every second, and no more. The last minute
    /// closes five seconds after its end, so that it and the next are open together.
    fileprivate static let quarterHour: Int64 = 2_760
    fileprivate static let lastMinute: Int64 = 3_600
    fileprivate static let end: Int64 = 3_666
    private static let idleSeconds: Int64 = 3_720
    fileprivate static let tickSeconds = 10

    /// Of this process, in bytes.
    private static var peakBytes: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .ascii)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) * 1_024
    }
}

/// How calls come at an age: those of so many seconds at once, in blocks of a few operations each.
private struct Age {
    /// Calls of the operations of a block, which have just ended; every service has the same.
    struct Template {
        var calls: [UInt8]
        /// From the first start to the end of all, in microseconds.
        var reach: Int64
    }

    static let speeds = 4
    static let variants = 16
    private static let maximumCalls = 500.0

    let seconds: Int
    /// The operations of each block, as it names them.
    let groups: [[UInt8]]
    /// Blocks that the calls of a group take.
    let blocksPerGroup: Int
    let callsPerBlock: Int
    /// By speed and variant.
    let templates: [Template]

    init(_ seconds: Int, operationsPerEdge: Int, callsPerSecond: Double) {
        self.seconds = seconds
        let operations = Self.operations(operationsPerEdge)
        // All of them multiples of four: so an operation has the same median at every age.
        let size =
            [200, 40, 20, 8].first {
                operations.count % $0 == 0 && Double($0 * seconds) * callsPerSecond <= Self.maximumCalls
            } ?? 4
        let calls = max(1, (Double(size * seconds) * callsPerSecond).rounded())
        let blocks = (calls / Self.maximumCalls).rounded(.up)
        blocksPerGroup = Int(blocks)
        let count = Int((calls / blocks).rounded())
        callsPerBlock = count
        groups = stride(from: 0, to: operations.count, by: size).map { first in
            var lines: [UInt8] = []
            for operation in operations[first..<first + size] {
                if !lines.isEmpty { lines.append(UInt8(ascii: "\n")) }
                BlockEncoder.append(operation, to: &lines)
            }
            return lines
        }
        var random = WindowsBenchmark.Generator(state: UInt64(seconds))
        templates = (0..<Self.speeds * Self.variants).map { place in
            Self.template(
                of: Array(operations.prefix(size)), calls: count, speed: place / Self.variants, &random)
        }
    }

    private static func operations(_ perEdge: Int) -> [VenusCore.Operation] {
        (0..<perEdge * MemoryBenchmark.dependencies).map { number in
            let (dependency, place) = (number % MemoryBenchmark.dependencies, number / MemoryBenchmark.dependencies)
            // Ten and a few segments: more than twenty would become one.
            let route = place / 2
            return VenusCore.Operation(
                scheme: "http", host: "dependency-\(dependency).test", port: 80,
                method: place % 2 == 0 ? "GET" : "POST", route: "/v1/area-\(route % 10)/things-\(route / 10)",
                networkProtocol: "http/1.1")
        }
    }

    private static func template(
        of operations: [VenusCore.Operation], calls: Int, speed: Int, _ random: inout WindowsBenchmark.Generator
    ) -> Template {
        let producer = Producer(id: "", environment: "", service: "", instance: "", host: "")
        let calls = (0..<calls).map { _ in call(operations: operations.count, speed: speed, &random) }
        let block = CallBlock(producer: producer, first: 1, operations: operations, calls: calls)
        guard let lines = BlockEncoder.entry(block).first(where: { $0.name == "calls" }) else {
            preconditionFailure("a block has calls")
        }
        return Template(calls: lines.value, reach: calls.reduce(0) { max($0, -$1.start) })
    }

    /// A call that ends at time 0.
    private static func call(operations: Int, speed: Int, _ random: inout WindowsBenchmark.Generator) -> Call {
        let operation = Int(random.next() % UInt64(operations))
        let normal = (0..<12).reduce(-6.0) { sum, _ in sum + random.fraction() }
        let median = 5_000 * exp2(Double(operation % 4) / 2 + Double(speed))
        let duration = UInt32(median * exp2(0.87 * normal))
        let failed = random.next() % 100 < 1
        var call = Call(
            operation: operation, start: -Int64(duration), duration: duration,
            outcome: failed ? .serverError : .success, status: failed ? 503 : 200)
        call.bytesSent = 300 + random.next() % 400
        call.bytesReceived = 500 + random.next() % 4_000
        call.phases[.blocked] = 0
        call.phases[.ttfb] = duration / 10 * 9
        call.phases[.transfer] = duration / 10
        call.flags = .reused
        return call
    }
}

/// A shard's analysis, and the producers that it reads.
private struct Shard {
    /// Oldest first.
    private let ages: [Age]
    private let producers: [Producer]
    /// The next sequence number of each producer.
    private var next: [UInt64]
    private var analysis: ShardAnalysis
    private var random = WindowsBenchmark.Generator(state: 5)
    private var entries: UInt64 = 0
    /// Most operations that a closed minute had rows of.
    private(set) var operationsInMinute = 0

    private static let start: Int64 = 1_767_225_600
    private static let limits = AnalyzerConfiguration()

    init(ages: [Age]) {
        self.ages = ages
        producers = (0..<MemoryBenchmark.services).map {
            Producer(
                id: "producer-\($0)", environment: "production", service: "service-\($0)", instance: "one",
                host: "host")
        }
        next = Array(repeating: 1, count: producers.count)
        analysis = ShardAnalysis(recovering: StoredShard(shard: 0), shards: 1, now: Self.start * 1_000)
    }

    /// A second with its calls.
    mutating func pass(_ second: Int64) {
        let age = second < MemoryBenchmark.quarterHour ? 0 : second < MemoryBenchmark.lastMinute ? 1 : 2
        let seconds = ages[age].seconds
        for service in producers.indices
        where Int(second) % seconds == service * seconds / producers.count { feed(service, age, second) }
        guard age == 2 || Int(second) % MemoryBenchmark.tickSeconds == MemoryBenchmark.tickSeconds - 1 else { return }
        tick(at: second + 1)
        if second % 60 == 59 || second >= MemoryBenchmark.end - 10 { _ = frame(at: second + 1).encoded }
    }

    private mutating func feed(_ service: Int, _ age: Int, _ second: Int64) {
        let variants = Age.variants
        for group in ages[age].groups {
            for _ in 0..<ages[age].blocksPerGroup {
                let template = ages[age].templates[
                    service % Age.speeds * variants + Int(random.next() % UInt64(variants))]
                let count = ages[age].callsPerBlock
                let end = (Self.start + second) * 1_000_000 + 500_000
                let header = BlockHeader(
                    producer: producers[service], first: next[service], count: count, t0: end - template.reach)
                next[service] += UInt64(count)
                entries += 1
                let entry = LogEntry(
                    id: EntryID(milliseconds: UInt64(end / 1_000), sequence: entries),
                    fields: BlockEncoder.entry(header, operations: group, calls: template.calls))
                guard analysis.consume(entry, now: end / 1_000) == .taken else {
                    preconditionFailure("every block is taken")
                }
                // As its owner does it.
                if analysis.stepCalls >= Self.limits.maximumStepCalls
                    || analysis.stepCells >= Self.limits.maximumStepCells
                {
                    tick(at: second)
                }
            }
        }
    }

    /// Ends a step. What is to be written is not kept.
    mutating func tick(at second: Int64) {
        let now = (Self.start + second) * 1_000
        guard let commit = analysis.tick(now: now, horizon: now) else { return }
        precondition(commit.quarantined.isEmpty && commit.losses.isEmpty, "every call counts")
        operationsInMinute = max(operationsInMinute, commit.closed.count { $0.key.level == .operation })
    }

    func frame(at second: Int64) -> FeedFrame { analysis.frame(epoch: 1, at: (Self.start + second) * 1_000) }
}
