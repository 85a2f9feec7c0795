import Foundation

/// A way to write a host, and what the policy of ``PolicyCaseTests`` has to say to it.
struct PolicyCase: Sendable {
    enum Kind: Sendable {
        /// An address of this machine: denied, and only marked in report mode.
        case local
        /// An address elsewhere: denied, and in report mode not tried, so that no test leaves the machine.
        case elsewhere
        /// Link-local or metadata: denied, and kept back in report mode by a proxy that other machines can reach.
        case linkLocal
        /// A name that a rule denies.
        case name
        /// A name that no rule knows, and that does not resolve.
        case unknownName
        /// No authority at all.
        case malformed
    }

    var kind: Kind
    /// With its brackets, as in a URL.
    var host: String

    /// `$PORT` of the host stands for the origin's port; where there is none, it is put behind it.
    func authority(port: Int) -> String {
        host.contains("$PORT") ? host.replacingOccurrences(of: "$PORT", with: "\(port)") : "\(host):\(port)"
    }

    static let all: [PolicyCase] = table.flatMap { kind, hosts in
        hosts.map { PolicyCase(kind: kind, host: $0) }
    }

    private static let table: [(Kind, [String])] = [
        (
            .local,
            [
                "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "127.0.0.2", "2130706433", "0x7f000001",
                "0X7F000001", "0x7F.1", "0x7f.0.0.1", "0x7f.0x0.0x0.0x1", "0177.0.0.1", "017700000001", "0177.1",
                "127.0.0x1", "127.0x1", "127.65535", "0000177.0.0.01", "[::1]", "[0:0:0:0:0:0:0:1]",
                "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::0001]", "[::0:1]", "[::ffff:127.0.0.1]",
                "[::FFFF:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]", "0.0.0.0", "0", "0x0", "00",
                "0.0", "[::]", "[0:0:0:0:0:0:0:0]", "[::ffff:0.0.0.0]", "localhost", "LOCALHOST", "LocalHost",
            ]
        ),
        (
            .elsewhere,
            [
                // What leads to loopback on the other side of a translator or a tunnel.
                "[::127.0.0.1]", "[::7f00:1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]",
                "[64:FF9B::7F00:1]", "[64:ff9b:1::7f00:1]", "[64:ff9b:1:7f:0:100::]", "[2002:7f00:1::]",
                "[2002:7f00:1::1]", "[2001:0:808:808:0:0:80ff:fffe]", "[2001:0:7f00:1:0:0:f7f7:f7f7]",
                "[2606:4700::5efe:127.0.0.1]",
                // Private networks.
                "10.0.0.1", "10.1", "10.255.255.255", "012.0.0.1", "0xa.1", "0x0a000001", "167772161", "172.16.0.1",
                "172.31.255.255", "0xac100001", "192.168.0.1", "192.168.257", "3232235521", "0300.0250.0.1",
                "[::ffff:10.0.0.1]", "[::ffff:a00:1]", "[::10.0.0.1]", "[64:ff9b::10.0.0.1]", "[64:ff9b:1::a00:1]",
                "[2002:a00:1::1]", "[2002:c0a8:1::]", "[2001:0:808:808:0:0:f5ff:fffe]", "[fc00::1]",
                "[fd12:3456:789a::1]", "[FDFF::1]", "[fec0::1]",
                // Behind a carrier, for many, for examples, for nobody.
                "100.64.0.1", "100.127.255.255", "224.0.0.1", "239.255.255.255", "[ff02::1]", "[ff0e::1]", "192.0.2.1",
                "198.51.100.7", "203.0.113.9", "[2001:db8::1]", "[3fff::1]", "198.18.0.1", "240.0.0.1",
                "255.255.255.255", "4294967295", "192.88.99.1", "[100::1]", "[4000::1]", "[2001:10::1]",
            ]
        ),
        (
            .linkLocal,
            [
                "169.254.169.254", "169.254.43518", "169.16689662", "2852039166", "0xa9fea9fe", "0xA9.0xFE.0xA9.0xFE",
                "0251.0376.0251.0376", "0251.0376.0124776", "169.254.0xa9fe", "[::ffff:169.254.169.254]",
                "[::ffff:a9fe:a9fe]", "[::169.254.169.254]", "[::a9fe:a9fe]", "[64:ff9b::169.254.169.254]",
                "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::a9fe:a9fe]", "[64:ff9b:1:a9fe:a9:fe00::]", "[2002:a9fe:a9fe::]",
                "[2001:0:808:808:0:0:5601:5601]", "[fd00:ec2::254]", "[FD00:EC2::254]", "[fd00:0ec2:0:0:0:0:0:254]",
                "[fd00:ec2::23]", "[fd20:ce::254]", "169.254.170.2", "169.254.170.23", "169.254.0.23",
                "100.100.100.200",
                "0x646464c8", "168.63.129.16", "192.0.0.192", "169.254.1.1", "169.254.257", "[fe80::1]", "[FE80::1]",
                "[febf::1]", "[fe80::5efe:10.0.0.1]", "[::ffff:169.254.1.1]",
            ]
        ),
        (
            .name,
            [
                "blocked.invalid", "BLOCKED.invalid", "Blocked.Invalid.", "blocked.invalid.", "a.blocked.invalid",
                "A.B.BLOCKED.INVALID.", "a.b.c.d.e.blocked.invalid", "xn--bcher-kva.invalid", "XN--BCHER-KVA.invalid",
                "xn--bcher-kva.invalid.",
            ]
        ),
        (
            .unknownName,
            ["notblocked.invalid", "blocked.invalid.example.invalid", "127.0.0.1.", "127.0.0.1.invalid", "0x7f000001."]
        ),
        (
            .malformed,
            [
                "user@127.0.0.1", "user:word@127.0.0.1", "@127.0.0.1", "127.0.0.1@localhost", "%31%32%37.0.0.1",
                "127%2e0%2e0%2e1", "loc%61lhost", "b%6cocked.invalid", "[fe80::1%25lo]", "[fe80::1%lo]", "[::1%251]",
                "[127.0.0.1]", "[::ffff:127.1]", "::1", "[::1", "l\u{f6}calhost", "\u{e2}\u{91}\u{a0}27.0.0.1",
                "127\u{e3}\u{80}\u{82}0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:$PORT:80", "localhost\\",
            ]
        ),
    ]
}
