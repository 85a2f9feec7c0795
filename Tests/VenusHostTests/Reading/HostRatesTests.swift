import Foundation
import Glibc
import TestSupport
import Testing
import VenusCore
import VenusHost

@Suite("What a machine did between two readings")
struct HostRatesTests {
    /// What psutil, an independent reader, says at one moment.
    private struct Sample: Decodable {
        /// Seconds of the clock that our reader measures by.
        var clock: Double
        /// Seconds since the start, by mode. The kernel books time without work now as `idle` and now as `iowait`, also
        /// afterwards: only their sum stands.
        var cpu: [String: Double]
        /// Bytes.
        var total, available: Double
        /// Bytes read and written, reads and writes.
        var disks: [String: [Double]]
        /// Bytes and packets received, bytes and packets sent.
        var networks: [String: [Double]]

        var utilization: Double { (total - available) / total }
    }

    /// Samples, each pair of which has a moment for us between them: one before, and one after each of our readings.
    /// The load is two seconds of a processor and four megabytes on disk.
    private static let script = """
        import hashlib, json, os, psutil, signal, tempfile, time

        def sample():
            c, m = psutil.cpu_times(), psutil.virtual_memory()
            return {
                "clock": time.clock_gettime(time.CLOCK_BOOTTIME),
                "cpu": {"user": c.user, "nice": c.nice, "system": c.system, "waiting": c.idle + c.iowait,
                        "interrupt": c.irq + c.softirq, "steal": c.steal},
                "total": m.total, "available": m.available,
                "disks": {n: [x.read_bytes, x.write_bytes, x.read_count, x.write_count]
                          for n, x in psutil.disk_io_counters(perdisk=True).items()},
                "networks": {n: [x.bytes_recv, x.packets_recv, x.bytes_sent, x.packets_sent]
                             for n, x in psutil.net_io_counters(pernic=True).items()}}

        def pause(word):
            print(word, flush=True)
            signal.sigwait({signal.SIGUSR1})

        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
        samples = [sample()]
        pause("begin")
        samples.append(sample())
        end = time.process_time() + 2
        while time.process_time() < end:
            hashlib.sha256(bytes(1 << 20)).digest()
        with tempfile.TemporaryFile() as file:
            file.write(os.urandom(4 << 20))
            file.flush()
            os.fsync(file.fileno())
        samples.append(sample())
        pause("end")
        samples.append(sample())
        print(json.dumps(samples))
        """

    /// Our reading, and the four samples around its two moments.
    private func readUnderLoad() async throws -> (HostReading, [Sample]) {
        let python = try ChildProcess("/usr/bin/python3", ["-c", Self.script])
        var reader = HostReader()
        try await python.waitForLine("the begin") { $0 == "begin" }
        _ = reader.read(processes: nil)
        python.signal(SIGUSR1)
        try await python.waitForLine(within: .seconds(100), "the end") { $0 == "end" }
        let read = reader.read(processes: nil)
        python.signal(SIGUSR1)
        let line = try await python.waitForLine("what psutil says") { $0.hasPrefix("[") }
        return (try #require(read), try JSONDecoder().decode([Sample].self, from: Data(line.utf8)))
    }

    /// Ours lies between what psutil says of the time within ours and of the time around it, or no further off than 2 %
    /// and the slack.
    private func expect(
        _ what: String, _ ours: Double?, _ samples: [Sample], slack: Double, _ theirs: (Sample) -> Double?
    ) throws {
        let ours = try #require(ours, "\(what)")
        let counts = samples.compactMap(theirs)
        try #require(counts.count == 4, "psutil does not know \(what)")
        let (within, around) = (counts[2] - counts[1], counts[3] - counts[0])
        let room = 0.02 * max(abs(within), abs(around)) + slack
        #expect(
            ours >= min(within, around) - room && ours <= max(within, around) + room,
            "\(what): psutil \(within) to \(around), here \(ours)")
    }

    @Test("adds up to what psutil says of the same time under load, within 2 %")
    func rates() async throws {
        let (reading, samples) = try await readUnderLoad()
        try expectTimes(reading, samples)
        try expectMemory(reading, samples)
        try expectDisks(reading, samples)
        try expectNetworks(reading, samples)
    }

    private func expectTimes(_ reading: HostReading, _ samples: [Sample]) throws {
        func sum(_ mode: String) -> Double? { reading[HostSeries(.cpuTime, state: mode)]?.sum }
        let tick = 1 / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        for mode in ["user", "nice", "system", "interrupt", "steal"] {
            try expect(mode, sum(mode), samples, slack: tick) { $0.cpu[mode] }
        }
        let (idle, iowait) = (try #require(sum("idle")), try #require(sum("iowait")))
        // Each processor's time without work is an estimate of the kernel's.
        try expect("without work", idle + iowait, samples, slack: 10 * tick) { $0.cpu["waiting"] }
        let user = try #require(reading[HostSeries(.cpuTime, state: "user")])
        try expect("the time", user.seconds, samples, slack: 0.001) { $0.clock }
        // Of a lower priority where the tests are.
        let nice = try #require(sum("nice"))
        #expect(user.sum + nice > 1, "there was a load")
    }

    private func expectMemory(_ reading: HostReading, _ samples: [Sample]) throws {
        #expect(reading[HostSeries(.memoryLimit)]?.last == samples[3].total)
        let ours = try #require(reading[HostSeries(.memoryUtilization, state: "used")]).last
        let theirs = [samples[2].utilization, samples[3].utilization]
        let (least, most) = (min(theirs[0], theirs[1]), max(theirs[0], theirs[1]))
        #expect(ours >= least - 0.02 && ours <= most + 0.02, "memory: psutil \(theirs), here \(ours)")
    }

    private func expectDisks(_ reading: HostReading, _ samples: [Sample]) throws {
        let parts: [(HostMetric, String)] = [
            (.diskIO, "read"), (.diskIO, "write"), (.diskOperations, "read"), (.diskOperations, "write"),
        ]
        let disks = Set(reading.values.keys.filter { $0.metric == .diskIO }.map(\.subject))
        // A machine may have none; of these names there are none that are left out.
        #expect(!disks.isEmpty || !samples[0].disks.keys.contains { $0.starts(with: #/sd|vd|xvd|nvme/#) })
        for disk in disks {
            for (place, (metric, state)) in parts.enumerated() {
                let ours = reading[HostSeries(metric, disk, state: state)]?.sum
                try expect("\(metric.name) \(disk) \(state)", ours, samples, slack: 0.5) { $0.disks[disk]?[place] }
            }
        }
    }

    private func expectNetworks(_ reading: HostReading, _ samples: [Sample]) throws {
        let parts: [(HostMetric, String)] = [
            (.networkIO, "receive"), (.networkPackets, "receive"), (.networkIO, "transmit"),
            (.networkPackets, "transmit"),
        ]
        let networks = Set(reading.values.keys.filter { $0.metric == .networkIO }.map(\.subject))
        #expect(!networks.isEmpty || !samples[0].networks.keys.contains { $0.starts(with: #/eth|en/#) })
        for network in networks {
            for (place, (metric, state)) in parts.enumerated() {
                let ours = reading[HostSeries(metric, network, state: state)]?.sum
                try expect("\(metric.name) \(network) \(state)", ours, samples, slack: 0.5) {
                    $0.networks[network]?[place]
                }
            }
        }
    }
}
