import Testing
import VenusHost

@Suite("Disks and interfaces")
struct DeviceTests {
    @Test(
        "a disk's counts are read whatever the kernel's age",
        arguments: [
            // 3.10: 14 fields; 4.19: 18 with discards; 5.15 and later: 20 with flushes.
            "   8       0 sda 100 5 2000 30 200 6 4000 50 0 70 80",
            "   8       0 sda 100 5 2000 30 200 6 4000 50 0 70 80 1 2 3 4",
            "   8       0 sda 100 5 2000 30 200 6 4000 50 0 70 80 1 2 3 4 5 6",
        ])
    func disk(line: String) {
        var text = ProcText(line + "\n   8       1 sda1 90 5 1900 20 200 6 4000 50 0 60 70\n")
        let disks = DiskStatistics.all(&text)
        #expect(disks.map(\.device) == ["sda"])
        #expect(disks.first?.bytesRead == 1_024_000 && disks.first?.bytesWritten == 2_048_000)
        #expect(disks.first?.reads == 100 && disks.first?.writes == 200)
        #expect(disks.first?.readTime == 30 && disks.first?.writeTime == 50 && disks.first?.busyTime == 70)
        #expect(text.garbledLines == 0)
    }

    @Test("whole disks only, each once")
    func whichDisks() {
        let names = [
            "loop0", "ram0", "zram0", "sr0", "fd0", "sda", "sda1", "sda12", "sdb", "sdaa", "nvme0n1", "nvme0n1p1",
            "nvme1n1",
            "mmcblk0", "mmcblk0p1", "mmcblk0boot0", "vda", "vda1", "xvda1", "dm-0", "md127", "mdx", "srx",
        ]
        var text = ProcText(names.map { "8 0 \($0) 1 1 1 1 1 1 1 1 1 1 1" }.joined(separator: "\n"))
        // Some clouds show the partition alone: it is all there is of the disk.
        #expect(
            DiskStatistics.all(&text).map(\.device) == [
                "sda", "sdb", "sdaa", "nvme0n1", "nvme1n1", "mmcblk0", "mmcblk0boot0", "vda", "xvda1", "mdx", "srx",
            ])
    }

    @Test("interfaces, whether the first number touches the colon or not")
    func interfaces() {
        var text = ProcText(
            """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo: 100 1 0 0 0 0 0 0 100 1 0 0 0 0 0 0
              eth0:1000 10 1 2 0 0 0 0 2000 20 3 4 0 0 0 0
            enp3s0: 5 1 0 0 0 0 0 0 6 1 0 0 0 0 0 0

            """)
        let networks = NetworkStatistics.all(&text)
        #expect(networks.map(\.interface) == ["eth0", "enp3s0"])
        #expect(networks[0].received == .init(bytes: 1_000, packets: 10, errors: 1, dropped: 2))
        #expect(networks[0].transmitted == .init(bytes: 2_000, packets: 20, errors: 3, dropped: 4))
        #expect(text.garbledLines == 0)
    }

    @Test("virtual interfaces are left out, those with similar names are not")
    func whichInterfaces() {
        let virtual = [
            "lo", "lo0", "veth12ab", "docker0", "br-1f2e", "br0", "virbr0", "virbr0-nic", "vnet3", "tap0", "tapa1b2",
            "tun0",
            "wg0", "dummy0", "ifb0", "bond0", "team0", "cni0", "flannel.1", "cali12ab", "cilium_host", "eth0.100",
            "vlan7",
            "vxlan.calico", "tunl0", "sit0", "kube-ipvs0", "lxcbr0", "tailscale0",
        ]
        let real = [
            "eth0", "ens5", "enp0s31f6", "wlan0", "wlp2s0", "ib0", "lower0", "brx1", "tune0", "wwan0", "usb0", "eno1",
        ]
        var text = ProcText((virtual + real).map { "\($0): 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1" }.joined(separator: "\n"))
        #expect(NetworkStatistics.all(&text).map(\.interface) == real)
    }

    @Test("virtual interfaces that are named are read, as a whole or by how they begin")
    func includedInterfaces() {
        let names = ["lo", "docker0", "docker01", "wg0", "wg12", "veth1", "eth0"]
        func read(_ interfaces: [String]) -> [String] {
            var text = ProcText(names.map { "\($0): 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1" }.joined(separator: "\n"))
            return NetworkStatistics.all(&text, including: HostInclusions(interfaces: interfaces)).map(\.interface)
        }
        #expect(read([]) == ["eth0"])
        #expect(read(["docker0", "wg*"]) == ["docker0", "wg0", "wg12", "eth0"])
        #expect(read(["none", "eth1"]) == ["eth0"])
        #expect(read(["*"]) == names)
    }

    @Test("garbled lines are passed over and counted")
    func garbled() {
        var disks = ProcText("8 0 sda 1 2 3\n8\n8 0 sdb 1 2 3 4 5 6 7 8 9 ten\n8 0 sdc 1 2 3 4 5 6 7 8 9 10\n")
        #expect(DiskStatistics.all(&disks).map(\.device) == ["sdc"])
        #expect(disks.garbledLines == 3)
        var networks = ProcText("eth0 1 2 3\neth1: 1 2 3\n: 1 1 1 1 1 1 1 1 1 1 1 1\neth2: 1 1 1 1 1 1 1 1 1 1 1 1\n")
        #expect(NetworkStatistics.all(&networks).map(\.interface) == ["eth2"])
        #expect(networks.garbledLines == 3)
    }

    @Test("there is a bound to each")
    func bounds() {
        var disks = ProcText((0..<5_000).map { "8 0 disk\($0)x 1 1 1 1 1 1 1 1 1 1 1" }.joined(separator: "\n"))
        #expect(DiskStatistics.all(&disks).count == DiskStatistics.maximumDisks)
        var networks = ProcText((0..<5_000).map { "eth\($0): 1 1 1 1 1 1 1 1 1 1 1 1" }.joined(separator: "\n"))
        #expect(NetworkStatistics.all(&networks).count == NetworkStatistics.maximumInterfaces)
    }
}
