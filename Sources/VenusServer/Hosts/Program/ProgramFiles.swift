import Glibc

/// A file that stays the one it was when it was opened, whatever happens to its name.
package final class ProgramFile: Sendable {
    package let descriptor: Int32
    package let name: String
    package let bytes: Int
    package let isExecutable: Bool
    /// Seconds since the epoch.
    package let modified: Int

    /// - Parameter name: in the archive.
    package init?(path: String, name: String, isExecutable: Bool) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0 else { return nil }
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, name.utf8.count < 100,
            status.st_size <= TarHeader.maximumFileBytes
        else {
            close(descriptor)
            return nil
        }
        self.name = name
        self.isExecutable = isExecutable
        bytes = Int(status.st_size)
        modified = Int(status.st_mtim.tv_sec)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Reads from the place on, up to as many bytes as there is room for. `nil` where that is not possible.
    package func read(at place: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(place))
            if count >= 0 { return count }
            guard errno == EINTR else { return nil }
        }
    }
}

/// What this process runs: its program, and the libraries that are mapped into it, but for those of the C library,
/// which belong to the machine's loader.
package enum ProgramFiles {
    package static let maximumFiles = 100
    private static let ofTheMachine = [
        "ld-linux", "ld-", "libc.so", "libc-", "libm.so", "libm-", "libpthread", "libdl.so", "libdl-", "librt.so",
        "librt-", "libresolv", "libutil", "libnss_", "libanl", "libmvec", "libnsl.so",
    ]

    /// - Parameter maps: `/proc/self/maps`.
    package static func libraries(inMaps maps: String) -> [String] {
        let paths = maps.split(separator: "\n").compactMap { line -> String? in
            let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            guard fields.count == 6, fields[1].contains("x") else { return nil }
            let path = fields[5].drop { $0 == " " }
            let name = path.split(separator: "/").last ?? ""
            guard path.first == "/", name.contains(".so"), !ofTheMachine.contains(where: { name.hasPrefix($0) }) else {
                return nil
            }
            return String(path)
        }
        return Array(Set(paths).sorted().prefix(maximumFiles))
    }

    /// `nil` where one of them is not there any more, as after an upgrade.
    package static func own() -> [ProgramFile]? {
        guard let maps = readMaps(),
            let program = ProgramFile(path: "/proc/self/exe", name: "venus/venus", isExecutable: true)
        else { return nil }
        var files = [program]
        for path in libraries(inMaps: maps) {
            let name = String(path.split(separator: "/").last ?? "")
            guard let file = ProgramFile(path: path, name: "venus/lib/" + name, isExecutable: false) else { return nil }
            files.append(file)
        }
        return files
    }

    /// The machine, as `uname -m` calls it.
    package static var machine: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "" }
        return withUnsafeBytes(of: &name.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static func readMaps() -> String? {
        let descriptor = open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while text.count < 4 << 20 {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            text += chunk[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
