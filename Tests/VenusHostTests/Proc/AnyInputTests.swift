import Testing
import TestSupport
import VenusHost

/// Whatever the files hold, reading them ends, and does not trap.
@Suite("Any input")
struct AnyInputTests {
    private static let seeds = [
        "cpu  100 20 30 1000 40 5 6 7 8 9\ncpu0 1 2 3 4\nprocesses 5\nprocs_running 18446744073709551615\n",
        "MemTotal: 16314980 kB\nMemAvailable: 18446744073709551615 kB\nCached: 9 kB\nSReclaimable: 7 kB\n",
        "27 1 254:0 / /a\\040b\\777 rw,relatime shared:1 - ext4 /dev/vda1 rw,memory\n",
        "30 23 0:26 /docker /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n0::/docker/a/../b\n9:memory,cpu:/x\n",
        "8 0 sda 1 2 18446744073709551615 4 5 6 18446744073709551615 8 9 10 11\n",
        "eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13\nlo:\n:::\n", "some avg10=1.5 total=18446744073709551615\nfull total=\n",
        "77 (a) b) S 1 77 77 0 -1 4194304 1 2 3 4 18446744073709551615 6 7 8 20 0 3 0 12345 1 2560\n",
        "0.5 1.123456789012345678 9.9 1/2 3\n", "max 100000\n5 5\nusage_usec 5\nnr_periods 18446744073709551616\n",
    ]

    private func readEverything(_ bytes: [UInt8]) {
        let all = ArraySlice(bytes)
        func text() -> ProcText { ProcText(all) }
        var texts = (0..<12).map { _ in text() }
        let cpu = CPUStatistics(&texts[0])
        if let total = cpu.total { _ = total.since(CPUTimes()).busyShare }
        _ = LoadAverage(&texts[1])
        _ = Uptime(&texts[2])
        _ = MemoryInformation(&texts[3]).used
        _ = VirtualMemoryStatistics(&texts[4])
        let mounts = Mount.visible(&texts[5])
        _ = Mount.fileSystems(mounts)
        _ = DiskStatistics.all(&texts[6])
        _ = NetworkStatistics.all(&texts[7])
        _ = Pressure(&texts[8])
        _ = CgroupFolders(CgroupMembership(&texts[9]), mounts: mounts)
        _ = CPUQuota(maximum: &texts[10])
        _ = CPUThrottling(&texts[11])
        var limit = text()
        _ = CgroupStatistics.limit(&limit)
        if let process = ProcessStatistics(all) {
            var table = ProcessTable()
            table.add(1, process)
            _ = table.ticks(since: ProcessTable())
        }
    }

    @Test("no bytes make a parser trap", arguments: [1, 2, 3, 4] as [UInt64])
    func mutations(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<500 {
            var bytes = Array(Self.seeds[round % Self.seeds.count].utf8)
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
                case 1: bytes.removeSubrange(place...)
                case 2: bytes.insert(contentsOf: Array(" \t\n:()-\\/.9\0".utf8).shuffled(using: &generator), at: place)
                case 3: bytes.append(contentsOf: bytes[place...])
                default: bytes.insert(contentsOf: repeatElement(UInt8(ascii: "9"), count: 25), at: place)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            readEverything(bytes)
        }
    }

    @Test("every beginning of a file is read")
    func truncated() {
        for seed in Self.seeds {
            let bytes = Array(seed.utf8)
            for count in 0...bytes.count { readEverything(Array(bytes[..<count])) }
        }
    }

    @Test("a huge file, and a huge line, take no more than the time to read them")
    func huge() {
        readEverything(Array(repeating: Self.seeds.joined(), count: 500).joined().utf8.map { $0 })
        readEverything([UInt8](repeating: UInt8(ascii: "9"), count: 1 << 20))
        readEverything([UInt8](repeating: UInt8(ascii: "("), count: 1 << 20))
        readEverything([UInt8](repeating: UInt8(ascii: "\\"), count: 1 << 20))
    }
}
