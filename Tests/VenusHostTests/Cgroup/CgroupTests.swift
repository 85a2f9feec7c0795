import Testing
import VenusHost

@Suite("Control groups")
struct CgroupTests {
    private func folders(_ membership: String, _ mounts: String) -> CgroupFolders? {
        var membershipText = ProcText(membership)
        var mountText = ProcText(mounts)
        return CgroupFolders(CgroupMembership(&membershipText), mounts: Mount.visible(&mountText))
    }

    private let unifiedMount = "30 23 0:26 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"

    @Test("a service under systemd is looked for in its own group and those around it")
    func service() {
        let folders = folders("0::/system.slice/venus.service\n", unifiedMount)
        #expect(folders?.version == .two)
        #expect(
            folders?.memory == [
                "/sys/fs/cgroup/system.slice/venus.service", "/sys/fs/cgroup/system.slice", "/sys/fs/cgroup",
            ])
    }

    @Test(
        "a container's groups are what is mounted, with a namespace of its own, without, and outside of what is mounted",
        arguments: [
            ("0::/\n", "/"), ("0::/docker/abc\n", "/docker/abc"), ("0::/../other\n", "/"),
            ("0::/elsewhere\n", "/docker/abc"),
        ])
    func container(membership: String, root: String) {
        let folders = folders(membership, "30 23 0:26 \(root) /sys/fs/cgroup ro - cgroup2 cgroup rw\n")
        #expect(folders?.memory == ["/sys/fs/cgroup"])
    }

    private let versionOne = """
        31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
        32 31 0:29 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct
        33 31 0:30 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
        34 31 0:31 /docker/abc /sys/fs/cgroup/systemd ro - cgroup cgroup rw,xattr,name=systemd
        35 31 0:32 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw

        """

    @Test("version 1 has a tree for each controller, and goes before an empty version 2 beside it")
    func first() {
        let folders = folders(
            "9:memory:/docker/abc/inner\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n0::/\n", versionOne)
        #expect(folders?.version == .one)
        #expect(folders?.memory == ["/sys/fs/cgroup/memory/inner", "/sys/fs/cgroup/memory"])
        #expect(folders?.cpu == ["/sys/fs/cgroup/cpu,cpuacct"])
        #expect(folders?.accounting == ["/sys/fs/cgroup/cpu,cpuacct"])
    }

    @Test("nothing mounted, nothing said", arguments: ["", "garbled\n", "0::/x\n", "x:y\n"])
    func none(membership: String) {
        #expect(folders(membership, "27 1 254:0 / / rw - ext4 /dev/vda rw\n") == nil)
    }

    @Test("a path as deep as one likes is followed so far")
    func depth() {
        let path = (0..<500).map { "/g\($0)" }.joined()
        #expect(folders("0::\(path)\n", unifiedMount)?.memory.count == CgroupFolders.maximumDepth)
    }

    @Test(
        "processor quotas",
        arguments: [("50000 100000", 0.5), ("250000 100000", 2.5), ("max 100000", nil), ("", nil)]
            as [(String, Double?)])
    func quota(text: String, cpus: Double?) {
        var text = ProcText(text)
        #expect(CPUQuota(maximum: &text)?.cpus == cpus)
        #expect(text.garbledLines == 0)
    }

    @Test("quotas that cannot be", arguments: ["x 100000", "5 0", "5", "-1 100000"])
    func badQuota(text: String) {
        var text = ProcText(text)
        #expect(CPUQuota(maximum: &text) == nil)
        #expect(text.garbledLines == 1)
    }

    @Test("version 1's quota of -1 is none")
    func firstQuota() {
        var none = ProcText("-1\n")
        var period = ProcText("100000\n")
        #expect(CPUQuota(quota: &none, period: &period) == nil)
        var quota = ProcText("150000\n")
        period = ProcText("100000\n")
        #expect(CPUQuota(quota: &quota, period: &period)?.cpus == 1.5)
    }

    @Test(
        "memory limits; version 1 writes none as a number",
        arguments: [("536870912\n", 536_870_912), ("max\n", nil), ("9223372036854771712\n", nil), ("x\n", nil)]
            as [(String, UInt64?)])
    func limit(text: String, limit: UInt64?) {
        var text = ProcText(text)
        #expect(CgroupStatistics.limit(&text) == limit)
    }

    @Test("throttling of both versions")
    func throttling() {
        var two = ProcText(
            "usage_usec 5000\nuser_usec 3000\nsystem_usec 2000\nnr_periods 40\nnr_throttled 10\nthrottled_usec 900\n")
        #expect(CPUThrottling(&two).usage == 5_000)
        var one = ProcText("nr_periods 40\nnr_throttled 10\nthrottled_time 900000\n")
        let first = CPUThrottling(&one)
        #expect(first.usage == nil && first.periods == 40 && first.throttledPeriods == 10)
    }
}
