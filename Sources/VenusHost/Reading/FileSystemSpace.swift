import Glibc

/// What `statvfs` says of a file system.
package struct FileSystemSpace: Sendable, Hashable {
    package var point: String
    /// Bytes.
    package var used: UInt64
    /// Bytes that anyone may have.
    package var free: UInt64
    /// Bytes that only the administrator may have.
    package var reserved: UInt64
    /// 0 where there is no number of inodes to run out of.
    package var inodes: UInt64
    package var freeInodes: UInt64

    package init(point: String, used: UInt64, free: UInt64, reserved: UInt64, inodes: UInt64, freeInodes: UInt64) {
        self.point = point
        self.used = used
        self.free = free
        self.reserved = reserved
        self.inodes = inodes
        self.freeInodes = freeInodes
    }

    /// - Parameter root: what stands before the mount point.
    /// - Returns: `nil` where the file system is gone, or cannot be seen from here.
    init?(_ mount: Mount, root: String) {
        var space = statvfs()
        guard statvfs(root + mount.point, &space) == 0, space.f_blocks > 0 else { return nil }
        let unit = UInt64(space.f_frsize)
        let blocks = UInt64(space.f_blocks)
        let free = min(UInt64(space.f_bfree), blocks)
        let available = min(UInt64(space.f_bavail), free)
        self.init(
            point: mount.point, used: (blocks - free) &* unit, free: available &* unit,
            reserved: (free - available) &* unit, inodes: UInt64(space.f_files),
            freeInodes: min(UInt64(space.f_ffree), UInt64(space.f_files)))
    }

    /// As `df` has it: of what anyone may have, what is used.
    package var utilization: Double? {
        let whole = Double(used) + Double(free)
        return whole > 0 ? Double(used) / whole : nil
    }
}
