import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("What an agent takes of its machine")
    struct AgentCostTests {
        /// What a process has used since its start, all of its threads together.
        private struct Use {
            /// Milliseconds of a processor.
            var time: Double
            /// Pages that it found missing, and the kernel had in memory.
            var faults: Int

            init(of pid: pid_t) throws {
                var clock = clockid_t()
                var time = timespec()
                guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else {
                    throw TestFailure("no clock of process \(pid)")
                }
                self.time = Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
                // proc_pid_stat(5): what follows the name begins with the state, the third field; minflt is the tenth.
                let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
                let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ").dropFirst()
                guard let faults = fields.dropFirst(7).first.flatMap({ Int($0) }) else { throw TestFailure(text) }
                self.faults = faults
            }
        }

        @Test("a reading between two publishings takes 2 ms of a processor, and brings no code back")
        func reading() async throws {
            let venus = try await VenusUp(arguments: ["--no-host"])
            let api = try await venus.signIn()
            let agent = try await venus.startAgent(
                api, host: "web-1",
                environment: ["VENUS_AGENT_READ_INTERVAL": "1s", "VENUS_AGENT_PUBLISH_INTERVAL": "10m"])
            try await eventually(within: .seconds(40), "the first publishing") {
                if !agent.isRunning { throw TestFailure(agent.transcript) }
                return try await !api.get("/hosts")["items"].array.isEmpty
            }
            // It reads at each whole second, and is at rest half a second later.
            var moments: [(second: Int, use: Use)] = []
            try await eventually(within: .seconds(60), "twenty readings") {
                let second = Int(Date().timeIntervalSince1970 + 0.5)
                if second != moments.last?.second { moments.append((second, try Use(of: agent.pid))) }
                return moments.count > 20
            }
            let growth = zip(moments.dropFirst(), moments).map { later, one in
                (time: later.use.time - one.use.time, faults: later.use.faults - one.use.faults)
            }
            let (times, faults) = (growth.map(\.time).sorted(), growth.map(\.faults).sorted())
            print("a reading of an agent: \(times[times.count / 2]) ms of CPU, \(faults[faults.count / 2]) faults")
            // Not the median, and not 2: beside other work a processor's caches are cold, and its other half is busy.
            let quarter = times[times.count / 4]
            #expect(quarter > 0.1 && quarter <= 3, "\(times)")
            #expect(faults[faults.count / 2] <= 50, "\(faults)")
            #expect(try await agent.stop(SIGTERM, within: .seconds(30)) == .exited(0))
            #expect(try await venus.stop() == .exited(0))
        }
    }
}
