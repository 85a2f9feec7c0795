import Foundation
import VenusAnalysis
import VenusCore

/// What the analyzer costs:
///
///     AnalysisBenchmark fold FILE ROUNDS ANSWERS               see `run`, which calls it
///     AnalysisBenchmark path [SERVICES OPERATIONS CALLS BLOCKS SECONDS]
///     AnalysisBenchmark windows edges|operations COUNT CALLS_PER_SECOND
///     AnalysisBenchmark memory OPERATIONS_PER_EDGE CALLS_PER_SECOND    see `../memory/run`, which calls it
///     AnalysisBenchmark fill URL PREFIX SHARDS CALLS            see `../stream/run`, which calls these
///     AnalysisBenchmark read URL PREFIX SHARDS
///     AnalysisBenchmark read-each URL PREFIX
@main
struct AnalysisBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments
        switch arguments.count > 1 ? arguments[1] : "" {
        case "fold" where arguments.count == 5:
            try fold(file: arguments[2], rounds: Int(arguments[3]) ?? 1, answers: arguments[4])
        case "path" where arguments.count == 2 || arguments.count == 7:
            let numbers = arguments.dropFirst(2).compactMap { Int($0) }
            path(numbers.count == 5 ? numbers : [50, 20, 500, 200, 20])
        case "windows" where arguments.count == 5:
            windows(arguments[2], Int(arguments[3]) ?? 0, callsPerSecond: Double(arguments[4]) ?? 1)
        case "memory" where arguments.count == 4:
            memory(operationsPerEdge: Int(arguments[2]) ?? 2, callsPerSecond: Double(arguments[3]) ?? 1)
        case "fill" where arguments.count == 6:
            try await stream(arguments).fill(calls: Int(arguments[5]) ?? 0)
        case "read" where arguments.count == 5: try await stream(arguments).read()
        case "read-each" where arguments.count == 4: try await stream(arguments).readEach()
        default:
            FileHandle.standardError.write(
                Data("usage: AnalysisBenchmark fold|path|windows|memory|fill|read|read-each …\n".utf8))
            exit(64)
        }
    }

    /// Prints one line a round: nanoseconds of CPU a call for the cells, the cells with their answers, and the totals.
    private static func fold(file path: String, rounds: Int, answers path2: String) throws {
        let file = try CallFile(path)
        let benchmark = FoldBenchmark(file: file)
        var answers: [FoldBenchmark.Answer] = []
        for _ in 0..<rounds {
            var watch = Stopwatch()
            let cells = benchmark.cells()
            let fold = watch.seconds
            guard cells.calls == file.count else { fatalError("calls are missing") }
            watch = Stopwatch()
            answers = benchmark.answers()
            let answered = watch.seconds
            watch = Stopwatch()
            guard benchmark.totals() == UInt64(file.count) else { fatalError("calls are missing") }
            let totals = watch.seconds
            print("fold \(fold) answers \(answered) totals \(totals) cells \(cells.cells)")
        }
        answers.sort { ($0.second, $0.edge) < ($1.second, $1.edge) }
        let bytes = answers.withUnsafeBytes { Data($0) }
        try bytes.write(to: URL(fileURLWithPath: path2))
    }

    private static func stream(_ arguments: [String]) throws -> StreamBenchmark {
        try StreamBenchmark(
            url: arguments[2], prefix: arguments[3], shards: arguments.count > 4 ? Int(arguments[4]) ?? 1 : 1)
    }

    private static func path(_ numbers: [Int]) {
        let result = PathBenchmark(
            services: numbers[0], operationsPerService: numbers[1], callsPerBlock: numbers[2],
            blocksPerSecond: numbers[3], seconds: numbers[4]
        ).run()
        for (name, value) in [
            ("encode a block", result.encode), ("decode its fields", result.decode), ("columns", result.columns),
            ("fold", result.fold), ("all of the analysis", result.analysis),
        ] { print(String(format: "%-20@ %7.1f ns of CPU a call", name as NSString, value)) }
    }

    private static func windows(_ kind: String, _ count: Int, callsPerSecond: Double) {
        let result = WindowsBenchmark(
            series: count, callsPerSecond: callsPerSecond, keepsHistograms: kind == "edges"
        ).run()
        print(
            String(
                format: "%d %@, %g calls a second each: %.1f KB each (%.0f MB), %d left when idle; "
                    + "a tick costs %.0f ns a cell, and %.0f ns a series from which cells leave",
                count, kind as NSString, callsPerSecond, result.bytesPerSeries / 1_000,
                result.bytesPerSeries * Double(count) / 1e6, result.held, result.nanosecondsPerCell,
                result.nanosecondsPerLeaving))
    }

    private static func memory(operationsPerEdge: Int, callsPerSecond: Double) {
        let result = MemoryBenchmark(operationsPerEdge: operationsPerEdge, callsPerSecond: callsPerSecond).run()
        print(
            "before \(result.before) full \(result.full) peak \(result.peak) idle \(result.idle) held \(result.held) "
                + "seconds \(result.seconds)")
    }
}
