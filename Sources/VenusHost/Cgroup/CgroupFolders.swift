/// Where the files of a process's control groups are: the folder of its own group first, then those around it, as far
/// up as they are mounted.
package struct CgroupFolders: Sendable, Hashable {
    /// Groups around one another that are looked at, at most.
    package static let maximumDepth = 8

    package enum Version: Sendable, Hashable { case one, two }

    package var version: Version
    package var memory: [String]
    package var cpu: [String]
    /// Version 1's `cpuacct`, which may be mounted beside `cpu`.
    package var accounting: [String]

    /// `nil` where no group that tells anything is mounted. A machine may have both versions: version 1 is the one that
    /// has the controllers then.
    package init?(_ membership: CgroupMembership, mounts: [Mount]) {
        func folders(ofController controller: String) -> [String] {
            guard let path = membership.byController[controller],
                let mount = mounts.first(where: { mount in
                    mount.type == "cgroup" && mount.options.split(separator: ",").contains { $0 == controller }
                })
            else { return [] }
            return Self.folders(of: path, in: mount)
        }
        memory = folders(ofController: "memory")
        cpu = folders(ofController: "cpu")
        accounting = folders(ofController: "cpuacct")
        version = .one
        if !memory.isEmpty || !cpu.isEmpty { return }
        guard let path = membership.unified, let mount = mounts.first(where: { $0.type == "cgroup2" }) else {
            return nil
        }
        version = .two
        memory = Self.folders(of: path, in: mount)
        cpu = memory
        accounting = memory
    }

    /// Without a namespace of its own, a container sees the whole path, and its part of the tree mounted.
    private static func folders(of path: String, in mount: Mount) -> [String] {
        var below = path.split(separator: "/")
        let root = mount.root.split(separator: "/")
        if below.starts(with: root) { below.removeFirst(root.count) } else { below = [] }
        // The group lies outside of what is mounted.
        if below.contains("..") { below = [] }
        var folders: [String] = []
        let point = mount.point == "/" ? "" : mount.point
        while true {
            folders.append(point + below.map { "/" + $0 }.joined())
            guard below.popLast() != nil else { break }
        }
        return folders.count <= maximumDepth ? folders : folders.dropLast(folders.count - maximumDepth)
    }
}
