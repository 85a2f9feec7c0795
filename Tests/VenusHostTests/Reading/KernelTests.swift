import TestSupport
import Testing
import VenusHost

/// Whole trees of `/proc`, in `Kernels`: that of 6.18 as a machine had it, the others with the lines and fields that
/// these kernels have, by the documentation that `Kernels/README.md` names. Changes between them: `MemAvailable` came
/// with 3.14, `oom_kill` with 4.13, discards of disks with 4.18, pressure with 4.20, flushes with 5.5, the whole
/// machine's pressure on processors with 5.13, that of interrupts with 6.1.
///
/// Some have a process of their own and its control groups: a container under 3.10, and services of systemd: in version
/// 1 alone under 4.18, in version 1 beside version 2 under 5.4, in version 2 alone under 5.15 and 6.1.
@Suite("Kernels of several ages")
struct KernelTests {
    struct Kernel: Sendable, CustomTestStringConvertible {
        var name: String
        /// By mode: user, nice, system, idle, iowait, interrupt, steal.
        var ticks: [UInt64]
        var cores: Int
        var processes: UInt64
        /// KiB.
        var memory: UInt64
        var available: UInt64
        var swap: UInt64
        var majorFaults: UInt64
        var kills: UInt64?
        var disks: [String]
        var bytesRead: UInt64
        var bytesWritten: UInt64
        var networks: [String: UInt64]
        var load: Double
        var uptime: Double
        /// Microseconds that some tasks waited for memory, and all for processors.
        var pressure: (memory: UInt64?, processors: UInt64?)
        var testDescription: String { name }
    }

    private static let kernels = [
        Kernel(
            name: "3.10", ticks: [48_210, 310, 20_144, 9_150_233, 8_122, 615, 0], cores: 2, processes: 88_123,
            memory: 3_881_688, available: 241_208 + 110_132 + 2_504_120 + 241_500, swap: 2_097_148,
            majorFaults: 12_345, kills: nil, disks: ["sda"], bytesRead: 4_567_890 << 9, bytesWritten: 7_654_321 << 9,
            networks: ["eth0": 987_654_321], load: 0, uptime: 46_321.55, pressure: (nil, nil)),
        Kernel(
            name: "4.18", ticks: [712_345, 1_204, 233_410, 18_234_567, 40_122, 71_644, 0], cores: 2,
            processes: 1_412_345, memory: 7_990_164, available: 5_012_344, swap: 4_194_300, majorFaults: 34_567,
            kills: 2, disks: ["sda"], bytesRead: 30_123_456 << 9, bytesWritten: 60_246_912 << 9,
            networks: ["ens192": 20_123_456_789], load: 1.07, uptime: 97_123.44, pressure: (nil, nil)),
        Kernel(
            name: "4.19", ticks: [1_200_345, 12_044, 400_122, 80_123_456, 90_123, 30_122, 4_501], cores: 4,
            processes: 2_212_345, memory: 16_424_684, available: 10_240_012, swap: 0, majorFaults: 45_678, kills: 4,
            disks: ["nvme0n1"], bytesRead: 80_123_456 << 9, bytesWritten: 160_246_912 << 9,
            networks: ["ens5": 50_123_456_789], load: 2.51, uptime: 201_234.10, pressure: (nil, nil)),
        Kernel(
            name: "5.4", ticks: [310_233, 4_410, 90_122, 6_012_345, 7_010, 4_123, 210], cores: 1, processes: 601_234,
            memory: 2_035_144, available: 1_301_244, swap: 0, majorFaults: 23_456, kills: 0, disks: ["vda"],
            bytesRead: 9_012_344 << 9, bytesWritten: 18_024_688 << 9, networks: ["ens3": 4_012_345_678], load: 0.91,
            uptime: 64_123.09, pressure: (301_234, nil)),
        Kernel(
            name: "5.15", ticks: [90_123, 201, 30_122, 5_012_345, 1_201, 812, 0], cores: 1, processes: 401_234,
            memory: 983_412, available: 401_200, swap: 1_048_572, majorFaults: 56_789, kills: 0, disks: ["vda"],
            bytesRead: 20_123_456 << 9, bytesWritten: 40_246_912 << 9, networks: ["enp1s0": 3_012_345_678],
            load: 0.42, uptime: 51_234.87, pressure: (7_012_345, 0)),
        Kernel(
            name: "6.1", ticks: [410_233, 2_110, 120_344, 30_123_456, 9_123, 8_123, 40], cores: 4, processes: 912_345,
            memory: 8_112_340, available: 6_612_340, swap: 999_420, majorFaults: 45_612, kills: 1, disks: ["sda"],
            bytesRead: 7_012_344 << 9, bytesWritten: 28_024_688 << 9, networks: ["enp6s18": 9_012_345_678],
            load: 0.21, uptime: 77_123.91, pressure: (12_345, 0)),
        Kernel(
            name: "6.18", ticks: [1_278_173, 2_696, 238_412, 1_277_324, 10_596, 60_194, 24_011], cores: 2,
            processes: 406_945, memory: 24_684_092, available: 24_222_744, swap: 0, majorFaults: 108_457, kills: 0,
            disks: ["vda"], bytesRead: 79_868_002 << 9, bytesWritten: 65_564_872 << 9,
            networks: ["eth0": 743_189_239], load: 0.66, uptime: 14_583.87, pressure: (0, 0)),
    ]

    @Test("are read whole, and no line of theirs is odd", arguments: kernels)
    func read(kernel: Kernel) throws {
        let root = VenusBinary.packageRoot + "/Tests/VenusHostTests/Kernels/" + kernel.name
        let found = HostReader(root: root).snapshot(processes: nil)
        let (cpu, memory) = (try #require(found.cpu), try #require(found.memory))
        let total = try #require(cpu.total)
        #expect(CPUTimes.Mode.allCases.map { total[$0] } == kernel.ticks)
        #expect(cpu.cores.count == kernel.cores && cpu.processesCreated == kernel.processes)
        #expect(memory.total == kernel.memory << 10 && memory.available == kernel.available << 10)
        #expect(memory.swapTotal == kernel.swap << 10)
        #expect(found.virtualMemory?.majorFaults == kernel.majorFaults)
        #expect(found.virtualMemory?.outOfMemoryKills == kernel.kills)
        #expect(found.disks.map(\.device) == kernel.disks)
        #expect(found.disks[0].bytesRead == kernel.bytesRead && found.disks[0].bytesWritten == kernel.bytesWritten)
        #expect(
            Dictionary(uniqueKeysWithValues: found.networks.map { ($0.interface, $0.received.bytes) })
                == kernel.networks)
        #expect(found.load?.oneMinute == kernel.load && found.uptime?.seconds == kernel.uptime)
        #expect(found.pressure[.memory]?.some == kernel.pressure.memory)
        #expect(found.pressure[.cpu]?.full == kernel.pressure.processors)
        #expect(found.garbledLines == 0)
    }

    @Test("Show their loopback too where it is asked for", arguments: kernels)
    func loopback(kernel: Kernel) {
        let root = VenusBinary.packageRoot + "/Tests/VenusHostTests/Kernels/" + kernel.name
        let found = HostReader(root: root, including: HostInclusions(interfaces: ["lo"])).snapshot(processes: nil)
        #expect(Set(found.networks.map(\.interface)) == Set(kernel.networks.keys).union(["lo"]))
    }

    private func ownGroups(_ kernel: String) throws -> CgroupStatistics {
        let root = VenusBinary.packageRoot + "/Tests/VenusHostTests/Kernels/" + kernel
        let found = HostReader(root: root, isOwn: true).snapshot(processes: nil)
        #expect(found.garbledLines == 0)
        // Of the whole machine, which another root has only.
        #expect(HostReader(root: root).snapshot(processes: nil).cgroup == nil)
        return try #require(found.cgroup)
    }

    @Test("3.10 has a container's groups in a tree for each controller, without kills and pressure")
    func container() throws {
        let found = try ownGroups("3.10")
        #expect(found.memoryLimit == 512 << 20 && found.memoryUsage == 214_118_400 - 61_239_296)
        #expect(found.quota?.cpus == 1.5)
        #expect(found.throttling?.usage == 1_234_567_890)
        #expect(found.throttling?.periods == 20_144 && found.throttling?.throttledPeriods == 312)
        #expect(found.outOfMemoryKills == nil && found.pressure.isEmpty)
    }

    @Test("4.18 has a service's groups in a tree for each controller, below those of the slice, and counts kills")
    func serviceInVersionOne() throws {
        let found = try ownGroups("4.18")
        #expect(found.memoryLimit == 96 << 20 && found.memoryUsage == 62_914_560 - 16_777_216)
        #expect(found.quota?.cpus == 0.5 && found.outOfMemoryKills == 1)
        #expect(found.throttling?.usage == 71_234_567)
        #expect(found.throttling?.periods == 9_123 && found.throttling?.throttledPeriods == 45)
        #expect(found.pressure.isEmpty)
    }

    @Test("5.4 has both versions: the controllers are in the first, where each may have another group of the service")
    func bothVersions() throws {
        let found = try ownGroups("5.4")
        #expect(found.memoryLimit == 768 << 20 && found.memoryUsage == 402_653_184 - 134_217_728)
        #expect(found.outOfMemoryKills == 0)
        #expect(found.quota == nil && found.throttling == nil && found.pressure.isEmpty)
    }

    @Test("6.1 has a service without limits in a slice that has some, and pressure of interrupts besides")
    func slice() throws {
        let found = try ownGroups("6.1")
        #expect(found.memoryLimit == 1_536 << 20 && found.memoryUsage == 805_306_368 - 201_326_592)
        #expect(found.quota?.cpus == 1.5 && found.outOfMemoryKills == 1)
        #expect(found.throttling?.usage == 3_123_456_789)
        #expect(found.throttling?.periods == 61_234 && found.throttling?.throttledPeriods == 812)
        #expect(found.pressure[.memory]?.some == 9_345 && found.pressure[.memory]?.full == 8_111)
        #expect(found.pressure[.cpu]?.full == 9_122_222 && found.pressure[.io]?.some == 3_123_456)
    }

    @Test("5.15 has a service's group in the one tree, with limits of its own")
    func service() throws {
        let found = try ownGroups("5.15")
        #expect(found.memoryLimit == 64 << 20 && found.memoryUsage == 50_331_648 - 12_582_912)
        #expect(found.quota?.cpus == 0.2 && found.outOfMemoryKills == 1)
        #expect(found.throttling?.usage == 41_234_567)
        #expect(found.throttling?.periods == 81_234 && found.throttling?.throttledPeriods == 912)
        #expect(found.pressure[.memory]?.some == 60_123 && found.pressure[.memory]?.full == 50_123)
        #expect(found.pressure[.cpu]?.some == 1_012_345 && found.pressure[.io]?.full == 10_234)
    }
}
