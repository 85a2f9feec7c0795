import Foundation
import TestSupport
import Testing
import VenusHost

/// Trees of files as the kernel has them, below a folder.
@Suite("Reading control groups")
struct CgroupReaderTests {
    private func read(_ files: [String: String], _ membership: String, _ mounts: String) throws -> CgroupStatistics? {
        let root = try TemporaryDirectory("venus-cgroup")
        for (path, text) in files {
            let folder = URL(fileURLWithPath: root.file("sys/fs/cgroup/" + path)).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try root.write(text, to: "sys/fs/cgroup/" + path)
        }
        var membershipText = ProcText(membership)
        var mountText = ProcText(mounts)
        let folders = try #require(
            CgroupFolders(CgroupMembership(&membershipText), mounts: Mount.visible(&mountText)))
        let system = SystemFiles(root: root.path)
        return CgroupReader(folders: folders).read(system)
    }

    private let unified = "30 23 0:26 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"

    /// Of Linux 6.1, in a container with a limit on memory and on processors.
    private func group(memory: String = "536870912\n", cpu: String = "50000 100000\n") -> [String: String] {
        [
            "memory.max": memory, "memory.current": "300000000\n", "cpu.max": cpu,
            "memory.stat": "anon 150000000\nfile 120000000\ninactive_file 100000000\nactive_file 20000000\n",
            "memory.events": "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n",
            "cpu.stat":
                "usage_usec 5000000\nuser_usec 3\nsystem_usec 2\nnr_periods 40\nnr_throttled 10\nthrottled_usec 9\n",
            "memory.pressure":
                "some avg10=0.00 avg60=0.00 avg300=0.00 total=700\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=300\n",
            "cpu.pressure": "some avg10=1.50 avg60=0.20 avg300=0.00 total=42\n",
        ]
    }

    @Test("version 2 in a container: limits, use without the cache, kills, throttling and pressure")
    func container() throws {
        let found = try #require(try read(group(), "0::/\n", unified))
        #expect(found.memoryLimit == 512 << 20 && found.memoryUsage == 200_000_000 && found.outOfMemoryKills == 2)
        #expect(found.quota?.cpus == 0.5)
        #expect(found.throttling?.usage == 5_000_000)
        #expect(found.throttling?.periods == 40 && found.throttling?.throttledPeriods == 10)
        #expect(found.pressure[.memory]?.some == 700 && found.pressure[.memory]?.full == 300)
        #expect(found.pressure[.cpu]?.some == 42 && found.pressure[.cpu]?.full == nil && found.pressure[.io] == nil)
    }

    @Test("a container without limits has its own figures all the same, a machine's outermost group has none")
    func unlimited() throws {
        let found = try #require(try read(group(memory: "max\n", cpu: "max 100000\n"), "0::/\n", unified))
        #expect(found.memoryLimit == nil && found.quota == nil)
        #expect(found.memoryUsage == 200_000_000 && found.throttling?.periods == 40)
        // There is no memory.current in it.
        let machine = ["cpu.stat": "usage_usec 5\n", "cpu.pressure": "some avg10=0.00 total=1\n"]
        #expect(try read(machine, "0::/\n", unified) == nil)
    }

    @Test("of groups around one another the one with the tightest limit counts")
    func nested() throws {
        var files: [String: String] = [:]
        for (name, text) in group(memory: "max\n", cpu: "300000 100000\n") { files["a.slice/b.service/" + name] = text }
        for (name, text) in group(memory: "268435456\n", cpu: "max 100000\n") { files["a.slice/" + name] = text }
        files["a.slice/memory.current"] = "240000000\n"
        let found = try #require(try read(files, "0::/a.slice/b.service\n", unified))
        #expect(found.memoryLimit == 256 << 20 && found.memoryUsage == 140_000_000)
        #expect(found.quota?.cpus == 3)
    }

    @Test("version 1 has a tree for each controller, and counts processor time in nanoseconds")
    func first() throws {
        let mounts = """
            32 31 0:29 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct
            33 31 0:30 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory

            """
        // Of Linux 4.19.
        let files = [
            "memory/memory.limit_in_bytes": "268435456\n", "memory/memory.usage_in_bytes": "200000000\n",
            "memory/memory.stat": "cache 50\ninactive_file 1\ntotal_inactive_file 50000000\n",
            "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
            "cpu,cpuacct/cpu.cfs_period_us": "100000\n", "cpu,cpuacct/cpu.cfs_quota_us": "150000\n",
            "cpu,cpuacct/cpu.stat": "nr_periods 40\nnr_throttled 10\nthrottled_time 900000\n",
            "cpu,cpuacct/cpuacct.usage": "3000000000\n",
        ]
        let found = try #require(
            try read(files, "9:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n0::/\n", mounts))
        #expect(found.memoryLimit == 256 << 20 && found.memoryUsage == 150_000_000 && found.outOfMemoryKills == 1)
        #expect(found.quota?.cpus == 1.5)
        #expect(found.throttling?.usage == 3_000_000 && found.throttling?.throttledPeriods == 10)
        #expect(found.pressure.isEmpty)
    }

    @Test("files that are gone or garbled take nothing else away")
    func odd() throws {
        var files = group()
        files["memory.current"] = nil
        files["memory.stat"] = "garbled"
        files["cpu.stat"] = "nr_periods many\n"
        let found = try #require(try read(files, "0::/\n", unified))
        #expect(found.memoryLimit == 512 << 20 && found.memoryUsage == nil && found.outOfMemoryKills == 2)
        #expect(found.throttling?.periods == nil && found.quota?.cpus == 0.5)
    }
}
