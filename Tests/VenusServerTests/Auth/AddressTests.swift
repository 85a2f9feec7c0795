import HTTPTypes
import Testing
import VenusServer

@Suite("Whose address a request has")
struct AddressTests {
    @Test("networks hold their addresses")
    func ranges() throws {
        let network = try #require(AddressRange("10.1.0.0/16"))
        #expect(network.contains("10.1.255.3"))
        #expect(network.contains("::ffff:10.1.2.3"))
        #expect(!network.contains("10.2.0.0"))
        #expect(!network.contains("name.example"))
        let six = try #require(AddressRange("fd00:1::/20"))
        #expect(six.contains("fd00:fff::1"))
        #expect(!six.contains("fd00:1000::1"))
        #expect(!six.contains("10.0.0.1"))
        #expect(try #require(AddressRange("0.0.0.0/0")).contains("8.8.8.8"))
        for wrong in ["", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "x", "10.0.0/8", "::/129", "1.2.3.4/8/8"] {
            #expect(AddressRange(wrong) == nil, "\(wrong)")
        }
    }

    @Test("IPv6 counts by the network that whoever has one address has")
    func networks() {
        #expect(AddressRange.network(of: "2001:db8:1:2:3::4") == AddressRange.network(of: "2001:db8:1:2:ffff::1"))
        #expect(AddressRange.network(of: "2001:db8:1:2::4") != AddressRange.network(of: "2001:db8:1:3::4"))
        #expect(AddressRange.network(of: "10.1.2.3") == "10.1.2.3")
        #expect(AddressRange.network(of: "local") == "local")
    }

    @Test("only trusted proxies are believed, and only as far as they go")
    func forwarded() throws {
        let client = ClientAddress(trusted: [
            try #require(AddressRange("127.0.0.1")), try #require(AddressRange("10.0.0.0/8")),
        ])
        let name = try #require(HTTPField.Name("X-Forwarded-For"))
        func address(_ peer: String, _ values: String...) -> String {
            var fields = HTTPFields()
            for value in values { fields.append(HTTPField(name: name, value: value)) }
            return client.address(peer: peer, fields: fields)
        }
        #expect(address("9.9.9.9", "1.2.3.4") == "9.9.9.9")
        #expect(address("127.0.0.1", "1.2.3.4") == "1.2.3.4")
        // What the client wrote itself stands on the left, and is not reached.
        #expect(address("127.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.7") == "1.2.3.4")
        #expect(address("127.0.0.1", "6.6.6.6", "1.2.3.4,10.0.0.7") == "1.2.3.4")
        #expect(address("127.0.0.1") == "127.0.0.1")
        #expect(address("127.0.0.1", "nonsense") == "127.0.0.1")
        #expect(address("127.0.0.1", "1.2.3.4, nonsense") == "127.0.0.1")
        #expect(ClientAddress().address(peer: "127.0.0.1", fields: [name: "1.2.3.4"]) == "127.0.0.1")
    }
}
