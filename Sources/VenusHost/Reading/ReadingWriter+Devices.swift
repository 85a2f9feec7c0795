import VenusCore

extension ReadingWriter {
    mutating func addFileSystems(_ now: HostSnapshot) {
        for space in now.fileSystems {
            add(.filesystemUsage, space.point, state: "used", level: space.used)
            add(.filesystemUsage, space.point, state: "free", level: space.free)
            add(.filesystemUsage, space.point, state: "reserved", level: space.reserved)
            add(.filesystemUtilization, space.point, state: "used", value: space.utilization)
            guard space.inodes > 0 else { continue }
            let used = space.inodes >= space.freeInodes ? space.inodes - space.freeInodes : 0
            add(.inodeUsage, space.point, state: "used", level: used)
            add(.inodeUsage, space.point, state: "free", level: space.freeInodes)
            add(.inodeUtilization, space.point, state: "used", value: Self.share(used, of: space.inodes))
        }
    }

    mutating func addDisks(_ now: HostSnapshot, since before: HostSnapshot) {
        let previous = Dictionary(before.disks.map { ($0.device, $0) }, uniquingKeysWith: { first, _ in first })
        for disk in now.disks {
            guard let old = previous[disk.device] else { continue }
            // Times are 32 bits of milliseconds in most kernels: they go round after 50 busy days.
            func growth(_ count: (DiskStatistics) -> UInt64) -> Double {
                Double(Growth.of(count(disk), since: count(old)))
            }
            add(.diskIO, disk.device, state: "read", growth: growth(\.bytesRead))
            add(.diskIO, disk.device, state: "write", growth: growth(\.bytesWritten))
            add(.diskOperations, disk.device, state: "read", growth: growth(\.reads))
            add(.diskOperations, disk.device, state: "write", growth: growth(\.writes))
            add(.diskOperationTime, disk.device, state: "read", growth: growth(\.readTime) / 1_000)
            add(.diskOperationTime, disk.device, state: "write", growth: growth(\.writeTime) / 1_000)
            add(.diskIOTime, disk.device, growth: growth(\.busyTime) / 1_000)
        }
    }

    mutating func addNetworks(_ now: HostSnapshot, since before: HostSnapshot) {
        let previous = Dictionary(before.networks.map { ($0.interface, $0) }, uniquingKeysWith: { first, _ in first })
        for network in now.networks {
            guard let old = previous[network.interface] else { continue }
            let isAnother = network.index != nil && old.index != nil && network.index != old.index
            add(network.received, since: old.received, isAnother: isAnother, network.interface, state: "receive")
            add(network.transmitted, since: old.transmitted, isAnother: isAnother, network.interface, state: "transmit")
        }
    }

    private mutating func add(
        _ now: NetworkStatistics.Direction, since before: NetworkStatistics.Direction, isAnother: Bool,
        _ interface: String, state: String
    ) {
        func growth(_ count: (NetworkStatistics.Direction) -> UInt64) -> Double {
            Double(Growth.of(count(now), since: count(before), isAnother: isAnother))
        }
        add(.networkIO, interface, state: state, growth: growth(\.bytes))
        add(.networkPackets, interface, state: state, growth: growth(\.packets))
        add(.networkErrors, interface, state: state, growth: growth(\.errors))
        add(.networkDropped, interface, state: state, growth: growth(\.dropped))
    }
}
