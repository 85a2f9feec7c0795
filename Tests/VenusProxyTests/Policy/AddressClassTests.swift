import Testing
import VenusProxy

@Suite("Classes of addresses")
struct AddressClassTests {
    private static let classes: [(AddressClass, [String])] = [
        (.unspecified, ["0.0.0.0", "0.1.2.3", "::"]),
        (.loopback, ["127.0.0.1", "127.255.255.254", "::1"]),
        (.private, ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12:3456::1", "fec0::1"]),
        (.linkLocal, ["169.254.1.1", "fe80::1", "febf::1"]),
        (
            .metadata,
            [
                "169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "168.63.129.16", "192.0.0.192",
                "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254",
            ]
        ),
        (.shared, ["100.64.0.1", "100.127.255.255"]),
        (.multicast, ["224.0.0.1", "239.255.255.255", "ff02::1"]),
        (.documentation, ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"]),
        (
            .reserved,
            [
                "240.0.0.1", "255.255.255.255", "192.0.0.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "100::1",
                "2001:2::1", "5f00::1", "4000::1", "fe00::1",
            ]
        ),
        (
            .global,
            [
                "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "126.255.255.255", "128.0.0.1", "100.63.255.255",
                "100.128.0.1", "172.15.255.255", "172.32.0.1", "192.167.255.255", "192.169.0.1", "169.253.255.255",
                "169.255.0.1", "223.255.255.255", "2606:4700::1111", "2001:4860::8888", "2a00:1450::1",
            ]
        ),
    ]

    @Test("of plain addresses, up to the edges of each range")
    func plain() throws {
        for (wanted, texts) in Self.classes {
            for text in texts { #expect(try #require(IPAddress(text)).shownClass == wanted, "\(text)") }
        }
    }

    @Test("an IPv6 address that leads to an IPv4 one has that one's class, whichever way it goes")
    func embedded() throws {
        let embeddings: [(String, (String) -> String)] = [
            ("mapped", { "::ffff:\($0)" }), ("compatible", { "::\($0)" }), ("translated", { "::ffff:0:\($0)" }),
            ("NAT64", { "64:ff9b::\($0)" }), ("local NAT64", { "64:ff9b:1::\($0)" }),
            ("ISATAP", { "2606:4700::5efe:\($0)" }), ("ISATAP, unique", { "2606:4700::200:5efe:\($0)" }),
        ]
        let fours: [(String, AddressClass)] = [
            ("127.0.0.1", .loopback), ("10.1.2.3", .private), ("169.254.169.254", .metadata),
            ("169.254.9.9", .linkLocal),
            ("192.168.0.9", .private), ("100.64.1.1", .shared), ("8.8.8.8", .global),
        ]
        for (name, embed) in embeddings {
            for (four, wanted) in fours {
                #expect(try #require(IPAddress(embed(four))).shownClass == wanted, "\(name): \(embed(four))")
            }
        }
        // 6to4, Teredo (its client is inverted), and NAT64 with a longer prefix.
        let others: [(String, AddressClass)] = [
            ("2002:7f00:1::1", .loopback), ("2002:a9fe:a9fe::", .metadata), ("2002:808:808::1", .global),
            ("2001:0:808:808:0:0:80ff:fffe", .loopback), ("2001:0:a00:1:0:0:f7f7:f7f7", .private),
            ("2001:0:808:808:0:0:f7f7:f7f7", .global), ("64:ff9b:1:a9fe:a9:fe00::", .metadata),
            ("64:ff9b:1:7f:0:100::", .loopback),
        ]
        for (text, wanted) in others {
            let address = try #require(IPAddress(text))
            #expect(
                AddressForms(address).contains { $0.ownClass == wanted || $0.isMetadata && wanted == .metadata },
                "\(text)")
        }
    }

    @Test("every spelling that the system takes for an address is one; nothing else is")
    func spellings() throws {
        for text in [
            "127.1", "127.0.1", "0x7f000001", "0X7F.1", "2130706433", "017700000001", "0177.0.0.1", "0x7f.0.0.0x1",
            "127.0.0.1",
        ] { #expect(IPAddress(anySpelling: text)?.text == "127.0.0.1", "\(text)") }
        for text in [
            "", ".", "127.", ".1", "127..1", "1.2.3.4.5", "256.1.1.1", "1.256.1.1", "4294967296", "0x1ffffffff",
            "08.1.1.1",
            "0x", "1.2.3.256", "1.2.65536", "1.16777216", "-1", "+1", "1 ", "a", "0xg", "99999999999999999999",
            "127.0.0.1.",
        ] { #expect(IPAddress(anySpelling: text) == nil, "\(text)") }
        #expect(IPAddress(anySpelling: "::1")?.isIPv6 == true)
    }

    @Test("networks hold what begins with their bits, and refuse texts that are none")
    func networks() throws {
        let wide = try IPNetwork("10.16.0.0/12")
        for (text, isIn) in [("10.16.0.0", true), ("10.31.255.255", true), ("10.32.0.0", false), ("::1", false)] {
            #expect(wide.contains(try #require(IPAddress(text))) == isIn, "\(text)")
        }
        let six = try IPNetwork("fd00:10::/33")
        #expect(six.contains(try #require(IPAddress("fd00:10:7fff::1"))))
        #expect(!six.contains(try #require(IPAddress("fd00:10:8000::1"))))
        #expect(try IPNetwork("0.0.0.0/0").contains(try #require(IPAddress("8.8.8.8"))))
        #expect(try IPNetwork("10.0.0.1").text == "10.0.0.1")
        for text in ["10.0.0.1/8", "10.0.0.0/33", "fd00::/129", "10.0.0.0/", "10.0.0.0/+8", "x/8", "", "127.1"] {
            #expect(throws: PolicyFault.self, "\(text)") { try IPNetwork(text) }
        }
    }
}
