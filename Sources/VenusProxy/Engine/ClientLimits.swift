import Synchronization

/// How many client connections and tunnels there are in all loops together, and how many there may be. Touched when a
/// connection or a tunnel begins and ends, never in between.
package final class ClientLimits: Sendable {
    /// Of all addresses together.
    let maximumClients: Int
    /// Of one address; as many as of all: not counted by address.
    let maximumClientsPerAddress: Int
    let maximumTunnels: Int
    private let clients = Atomic<Int>(0)
    private let tunnels = Atomic<Int>(0)
    /// Addresses that have a connection; so never more than there are connections.
    private let addresses = Mutex<[ClientAddress: Int]>([:])

    package init(maximumClients: Int, maximumClientsPerAddress: Int, maximumTunnels: Int) {
        self.maximumClients = max(1, maximumClients)
        self.maximumClientsPerAddress = max(1, maximumClientsPerAddress)
        self.maximumTunnels = max(0, maximumTunnels)
    }

    package enum Admission: Sendable, Hashable {
        /// It counts until ``left(_:)``.
        case admitted
        case tooManyClients
        case tooManyOfAddress
    }

    /// A connection came.
    package func admit(_ address: ClientAddress) -> Admission {
        guard clients.add(1, ordering: .relaxed).newValue <= maximumClients else {
            clients.subtract(1, ordering: .relaxed)
            return .tooManyClients
        }
        guard countsAddresses else { return .admitted }
        let isAdmitted = addresses.withLock { addresses in
            let count = addresses[address] ?? 0
            guard count < maximumClientsPerAddress else { return false }
            addresses[address] = count + 1
            return true
        }
        if !isAdmitted { clients.subtract(1, ordering: .relaxed) }
        return isAdmitted ? .admitted : .tooManyOfAddress
    }

    /// A connection that was admitted has ended.
    package func left(_ address: ClientAddress) {
        clients.subtract(1, ordering: .relaxed)
        guard countsAddresses else { return }
        addresses.withLock { addresses in
            guard let count = addresses[address] else { preconditionFailure("an address left that never came") }
            addresses[address] = count > 1 ? count - 1 : nil
        }
    }

    private var countsAddresses: Bool { maximumClientsPerAddress < maximumClients }

    /// Whether another tunnel could begin now.
    package var hasRoomForTunnel: Bool { tunnels.load(ordering: .relaxed) < maximumTunnels }

    /// A tunnel begins, if there is room; it counts until ``tunnelEnded()``.
    package func beginTunnel() -> Bool {
        guard tunnels.add(1, ordering: .relaxed).newValue <= maximumTunnels else {
            tunnels.subtract(1, ordering: .relaxed)
            return false
        }
        return true
    }

    package func tunnelEnded() { tunnels.subtract(1, ordering: .relaxed) }
}

/// Whose connections are counted together: an IPv4 address, or the /64 of an IPv6 one, which is what one host has.
package struct ClientAddress: Sendable, Hashable {
    /// The network's 64 bits, or 2³² + the IPv4 address, which as a network is in a reserved block (RFC 4291, 2.4).
    private let number: UInt64

    /// For people and logs: the address, of IPv6 the network.
    package var text: String {
        guard number >> 32 == 1 else {
            var bytes = SIMD16<UInt8>()
            for place in 0..<8 { bytes[place] = UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64(place))) }
            return IPAddress(bytes: bytes, isIPv6: true).text
        }
        var bytes = SIMD16<UInt8>()
        for place in 0..<4 { bytes[place] = UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt64(place))) }
        return IPAddress(bytes: bytes, isIPv6: false).text
    }

    /// None: for what is not counted.
    package init() { number = 0 }

    package init(_ address: IPAddress) {
        let plain = address.unmapped
        var number: UInt64 = plain.isIPv6 ? 0 : 1
        for place in 0..<(plain.isIPv6 ? 8 : 4) { number = number << 8 | UInt64(plain.bytes[place]) }
        self.number = number
    }
}
