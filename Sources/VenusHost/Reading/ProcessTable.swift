/// What all processes have used, at one moment.
package struct ProcessTable: Sendable, Hashable {
    /// Processes that are looked at, at most.
    package static let maximumProcesses = 8_192
    /// Programs in a reading that use most of the processors, and as many that use most memory.
    package static let programs = 10

    package struct Process: Sendable, Hashable {
        package var name: String
        package var ticks: UInt64
        package var started: UInt64
    }

    /// By process number.
    package private(set) var processes: [Int32: Process] = [:]
    /// Pages, by program.
    package private(set) var residentPages: [String: UInt64] = [:]
    /// Processes that had no place.
    package private(set) var leftOut: UInt64 = 0

    package init() {}

    package var isFull: Bool { processes.count >= Self.maximumProcesses }

    package mutating func add(_ number: Int32, _ statistics: ProcessStatistics) {
        guard !isFull else {
            leftOut += 1
            return
        }
        processes[number] = Process(
            name: statistics.name, ticks: statistics.ticks, started: statistics.started)
        residentPages[statistics.name, default: 0] &+= statistics.residentPages
    }

    package mutating func leaveOut() { leftOut += 1 }

    /// Clock ticks by program, since the other table was made. A process that came meanwhile counts with all it has
    /// used; one that went is not there any more.
    package func ticks(since previous: ProcessTable) -> [String: UInt64] {
        var ticks: [String: UInt64] = [:]
        // A process may be new to a full table only.
        let isComplete = previous.leftOut == 0
        for (number, process) in processes {
            var used = process.ticks
            if let before = previous.processes[number], before.started == process.started {
                used = used >= before.ticks ? used - before.ticks : 0
            } else if !isComplete {
                continue
            }
            if used > 0 { ticks[process.name, default: 0] &+= used }
        }
        return ticks
    }

    /// The programs with the highest numbers; of equals those whose names come first.
    package static func highest<Number: Comparable>(_ numbers: [String: Number]) -> [(name: String, number: Number)] {
        numbers.map { (name: $0.key, number: $0.value) }
            .sorted { ($1.number, $0.name) < ($0.number, $1.name) }
            .prefix(programs).map { $0 }
    }
}
