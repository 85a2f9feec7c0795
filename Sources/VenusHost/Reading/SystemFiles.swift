import Glibc

/// Files below a root, read whole into memory that is used again. For one thread.
package struct SystemFiles: ~Copyable {
    /// Bytes of a file that are read, at most.
    static let maximumBytes = 1 << 20

    /// What stands before each path; empty for this machine's own.
    let root: String
    private let memory: Memory

    /// Shared by all reads: a file's bytes are only lent.
    private final class Memory {
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        var garbledLines: UInt64 = 0
    }

    package init(root: String) {
        self.root = root.hasSuffix("/") ? String(root.dropLast()) : root
        memory = Memory()
    }

    /// Lines that could not be read, since the last call.
    func takeGarbledLines() -> UInt64 {
        defer { memory.garbledLines = 0 }
        return memory.garbledLines
    }

    func exists(_ path: String) -> Bool { access(root + path, R_OK) == 0 }

    /// Calls `body` with the file's text; `nil` where it is missing or cannot be read.
    func read<Value>(_ path: String, _ body: (inout ProcText) -> Value) -> Value? {
        let descriptor = open(root + path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let count = fill(from: descriptor) else { return nil }
        return lend(count, body)
    }

    /// A file in a folder that is open, as the kernel's processes are.
    func read<Value>(_ name: UnsafePointer<CChar>, in folder: Int32, _ body: (ArraySlice<UInt8>) -> Value) -> Value? {
        let descriptor = openat(folder, name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let count = fill(from: descriptor) else { return nil }
        return body(memory.bytes[..<count])
    }

    private func lend<Value>(_ count: Int, _ body: (inout ProcText) -> Value) -> Value {
        var text = ProcText(memory.bytes[..<count])
        defer { memory.garbledLines &+= text.garbledLines }
        return body(&text)
    }

    /// The file's bytes from the front of the memory on: how many, or `nil` for an error.
    private func fill(from descriptor: Int32) -> Int? {
        var count = 0
        while true {
            if count == memory.bytes.count {
                if count >= Self.maximumBytes { return count }
                memory.bytes.append(contentsOf: repeatElement(0, count: count))
            }
            let received = memory.bytes.withUnsafeMutableBytes { bytes in
                Glibc.read(descriptor, bytes.baseAddress.map { $0 + count }, bytes.count - count)
            }
            if received < 0 {
                if errno == EINTR { continue }
                return nil
            }
            if received == 0 { return count }
            count += received
        }
    }
}
