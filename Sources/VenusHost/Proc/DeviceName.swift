/// What the kernel's names of disks and network interfaces tell.
package enum DeviceName {
    private static let virtualDisks = ["loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd", "zd"]
    /// Followed by nothing or a number.
    private static let numberedInterfaces = [
        "lo", "br", "bond", "dummy", "erspan", "gre", "gretap", "ifb", "ip6gre", "ip6tnl", "ip6_vti", "ip_vti", "nlmon",
        "sit",
        "team", "teql", "tun", "tunl", "vcan", "vlan", "wg",
    ]
    /// Followed by anything.
    private static let prefixedInterfaces = [
        "br-", "cali", "cilium", "cni", "docker", "flannel", "geneve", "ipvs", "kube-", "lxc", "lxd", "nodelocaldns",
        "podman",
        "tailscale", "tap", "veth", "virbr", "vmnet", "vnet", "vxlan", "zt",
    ]

    /// Memory, files, or made of other disks, whose counts would be there twice.
    static func isVirtualDisk(_ name: ArraySlice<UInt8>) -> Bool {
        virtualDisks.contains { prefix in
            name.starts(with: prefix.utf8)
                && (prefix.hasSuffix("-") || startsWithDigit(name.dropFirst(prefix.utf8.count)))
        }
    }

    /// `sda1` of `sda`; behind a digit with a `p` between: `nvme0n1p1`, `mmcblk0p1`. (`mmcblk0boot0` is a disk.)
    static func isPartition(_ name: ArraySlice<UInt8>, of disk: String) -> Bool {
        guard name.count > disk.utf8.count, name.starts(with: disk.utf8), let last = disk.utf8.last else {
            return false
        }
        var number = name.dropFirst(disk.utf8.count)
        if isDigit(last) {
            guard number.first == UInt8(ascii: "p") else { return false }
            number = number.dropFirst()
        }
        return !number.isEmpty && number.allSatisfy(isDigit)
    }

    /// The loopback, and what carries the traffic of containers, tunnels and other interfaces once more.
    static func isVirtualInterface(_ name: ArraySlice<UInt8>) -> Bool {
        if name.contains(UInt8(ascii: ".")) || prefixedInterfaces.contains(where: { name.starts(with: $0.utf8) }) {
            return true
        }
        let letters = name[..<(name.lastIndex { !isDigit($0) }.map { $0 + 1 } ?? name.startIndex)]
        return numberedInterfaces.contains { letters.elementsEqual($0.utf8) }
    }

    static func text(_ name: ArraySlice<UInt8>) -> String { String(decoding: name, as: UTF8.self) }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    private static func startsWithDigit(_ bytes: ArraySlice<UInt8>) -> Bool { bytes.first.map(isDigit) ?? false }
}
