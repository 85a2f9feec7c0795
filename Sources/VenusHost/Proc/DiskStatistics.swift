/// A line of `/proc/diskstats`: a disk's counts since it came.
package struct DiskStatistics: Sendable, Hashable {
    /// Disks in one reading, at most.
    package static let maximumDisks = 128
    /// What a sector is in these counts, whatever the disk's own are.
    private static let sectorBytes: UInt64 = 512

    package var device: String
    package var reads: UInt64
    package var bytesRead: UInt64
    /// Milliseconds that reads took, added up.
    package var readTime: UInt64
    package var writes: UInt64
    package var bytesWritten: UInt64
    package var writeTime: UInt64
    /// Milliseconds in which anything was under way.
    package var busyTime: UInt64

    /// Disks only: a partition's counts are its disk's too, as are those of what is made of disks (`dm-`, `md`).
    package static func all(_ text: inout ProcText) -> [DiskStatistics] {
        var disks: [DiskStatistics] = []
        while var fields = text.nextLine(), disks.count < maximumDisks {
            fields.skip(2)
            guard let name = fields.next() else {
                text.passOverGarbledLine()
                continue
            }
            if DeviceName.isVirtualDisk(name) || disks.contains(where: { DeviceName.isPartition(name, of: $0.device) })
            {
                continue
            }
            guard let counts = fields.nextNumbers(10) else {
                text.passOverGarbledLine()
                continue
            }
            disks.append(
                DiskStatistics(
                    device: DeviceName.text(name), reads: counts[0], bytesRead: counts[2] &* sectorBytes,
                    readTime: counts[3], writes: counts[4], bytesWritten: counts[6] &* sectorBytes,
                    writeTime: counts[7], busyTime: counts[9]))
        }
        return disks
    }
}
