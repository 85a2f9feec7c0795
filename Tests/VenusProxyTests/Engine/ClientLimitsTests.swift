import Testing
import VenusProxy

@Suite("The limits of clients")
struct ClientLimitsTests {
    private func address(_ text: String) throws -> ClientAddress { ClientAddress(try #require(IPAddress(text))) }

    @Test("hold for all together, and a place that is given back is free again")
    func total() throws {
        let limits = ClientLimits(maximumClients: 2, maximumClientsPerAddress: 2, maximumTunnels: 0)
        let one = try address("192.0.2.1")
        #expect(limits.admit(one) == .admitted)
        #expect(limits.admit(try address("192.0.2.2")) == .admitted)
        #expect(limits.admit(try address("192.0.2.3")) == .tooManyClients)
        limits.left(one)
        #expect(limits.admit(try address("192.0.2.3")) == .admitted)
    }

    @Test("hold for one address, without touching the others")
    func perAddress() throws {
        let limits = ClientLimits(maximumClients: 10, maximumClientsPerAddress: 1, maximumTunnels: 0)
        let one = try address("192.0.2.1")
        #expect(limits.admit(one) == .admitted)
        for _ in 0..<20 { #expect(limits.admit(one) == .tooManyOfAddress) }
        for last in 2...10 { #expect(limits.admit(try address("192.0.2.\(last)")) == .admitted) }
        limits.left(one)
        #expect(limits.admit(one) == .admitted)
    }

    @Test("take a /64 for one address, and an IPv4 address inside an IPv6 one for itself")
    func same() throws {
        #expect(try address("2001:db8::1") == address("2001:db8::ffff:2"))
        #expect(try address("2001:db8:0:1::1") != address("2001:db8::1"))
        #expect(try address("::ffff:192.0.2.1") == address("192.0.2.1"))
        #expect(try address("192.0.2.1") != address("192.0.2.2"))
    }

    @Test("hold for tunnels")
    func tunnels() {
        let limits = ClientLimits(maximumClients: 1, maximumClientsPerAddress: 1, maximumTunnels: 1)
        #expect(limits.hasRoomForTunnel)
        #expect(limits.beginTunnel())
        #expect(!limits.hasRoomForTunnel)
        #expect(!limits.beginTunnel())
        limits.tunnelEnded()
        #expect(limits.beginTunnel())
    }
}
