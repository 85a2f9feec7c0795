/// A line of `/proc/PID/mountinfo`: a file system, where it is mounted.
package struct Mount: Sendable, Hashable {
    /// Mounts that are looked at, at most.
    package static let maximumMounts = 8_192
    /// File systems in one reading, at most.
    package static let maximumFileSystems = 64
    /// Those that keep files on a disk of this machine. Others are the kernel's, in memory, images that are always
    /// full, or on the network, where asking for space may hang as long as their server does.
    private static let types: Set<String> = [
        "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fuseblk", "hfsplus", "jfs", "nilfs2", "ntfs",
        "ntfs3",
        "reiserfs", "ufs", "vfat", "xfs", "zfs",
    ]

    package var point: String
    package var type: String
    /// `major:minor`.
    package var device: String
    /// The folder of the file system that is mounted; `/` but for binds and subvolumes.
    package var root: String
    /// The file system's own options, not the mount's: of version 1's groups the controllers are among them.
    package var options: String

    /// Every mount that is not hidden by a later one at the same point.
    package static func visible(_ text: inout ProcText) -> [Mount] {
        var byPoint: [String: Mount] = [:]
        var order: [String] = []
        while var fields = text.nextLine() {
            guard let mount = Mount(&fields) else {
                text.passOverGarbledLine()
                continue
            }
            if byPoint[mount.point] == nil {
                guard order.count < maximumMounts else { continue }
                order.append(mount.point)
            }
            byPoint[mount.point] = mount
        }
        return order.compactMap { byPoint[$0] }
    }

    /// Each file system once, where it is mounted as a whole if it is, and at the shortest of such points.
    package static func fileSystems(
        _ mounts: [Mount], including inclusions: HostInclusions = HostInclusions()
    ) -> [Mount] {
        var byDevice: [String: Mount] = [:]
        for mount in mounts where mount.isKept || inclusions.fileSystemTypes.contains(mount.type) {
            if let other = byDevice[mount.device], other.rank <= mount.rank { continue }
            byDevice[mount.device] = mount
        }
        return Array(byDevice.values.sorted { $0.point < $1.point }.prefix(maximumFileSystems))
    }

    /// A container's own root is an overlay on a disk that it does not see otherwise.
    private var isKept: Bool { Self.types.contains(type) || (type == "overlay" && point == "/") }

    private var rank: (Int, Int, String) { (root == "/" ? 0 : 1, point.utf8.count, point) }

    private init?(_ fields: inout ProcFields) {
        fields.skip(2)
        guard let device = fields.nextText(), let root = fields.next(), let point = fields.next() else { return nil }
        fields.skip(1)
        // Any number of optional fields, up to a dash.
        while let field = fields.next(), !field.elementsEqual("-".utf8) {}
        guard let type = fields.nextText() else { return nil }
        self.device = device
        self.root = Self.unescaped(root)
        self.point = Self.unescaped(point)
        self.type = type
        fields.skip(1)
        options = fields.nextText() ?? ""
    }

    /// Spaces, tabs, line ends and backslashes are written as `\040` and so on.
    private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.contains(UInt8(ascii: "\\")) else { return String(decoding: bytes, as: UTF8.self) }
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x37 }) {
                result.append(digits.reduce(0) { $0 &<< 3 | ($1 - 0x30) })
                rest = rest.dropFirst(3)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
