/// A line of `/proc/net/dev`: an interface's counts since it came.
package struct NetworkStatistics: Sendable, Hashable {
    /// Interfaces in one reading, at most.
    package static let maximumInterfaces = 128

    package struct Direction: Sendable, Hashable {
        package var bytes: UInt64
        package var packets: UInt64
        package var errors: UInt64
        package var dropped: UInt64

        package init(bytes: UInt64, packets: UInt64, errors: UInt64, dropped: UInt64) {
            self.bytes = bytes
            self.packets = packets
            self.errors = errors
            self.dropped = dropped
        }
    }

    package var interface: String
    /// The number that the kernel gave the interface: another one is another interface, though of the same name.
    package var index: UInt64?
    package var received: Direction
    package var transmitted: Direction

    package init(interface: String, index: UInt64? = nil, received: Direction, transmitted: Direction) {
        self.interface = interface
        self.index = index
        self.received = received
        self.transmitted = transmitted
    }

    /// All that are not virtual, and those that `inclusions` name, without their numbers, which stand elsewhere. The name
    /// may touch the first number behind its colon (before 2.6.38), and have a colon of its own, as aliases do.
    package static func all(
        _ text: inout ProcText, including inclusions: HostInclusions = HostInclusions()
    ) -> [NetworkStatistics] {
        var interfaces: [NetworkStatistics] = []
        while let line = text.nextLine(), interfaces.count < maximumInterfaces {
            if line.remainder.contains(UInt8(ascii: "|")) { continue }
            guard let colon = line.remainder.lastIndex(of: UInt8(ascii: ":")) else {
                text.passOverGarbledLine()
                continue
            }
            let name = line.remainder[..<colon].drop { $0 == UInt8(ascii: " ") }
            var fields = ProcFields(line.remainder[colon...].dropFirst())
            if DeviceName.isVirtualInterface(name), !inclusions.hasInterface(name) { continue }
            guard !name.isEmpty, let counts = fields.nextNumbers(12) else {
                text.passOverGarbledLine()
                continue
            }
            interfaces.append(
                NetworkStatistics(
                    interface: DeviceName.text(name),
                    received: Direction(
                        bytes: counts[0], packets: counts[1], errors: counts[2], dropped: counts[3]),
                    transmitted: Direction(
                        bytes: counts[8], packets: counts[9], errors: counts[10], dropped: counts[11])))
        }
        return interfaces
    }
}
