/// Interfaces and file systems that are read although they are left out by default.
package struct HostInclusions: Sendable, Equatable {
    /// Names of interfaces; a `*` at the end stands for anything.
    package var interfaces: [String]
    /// As the kernel names them, such as `tmpfs`.
    package var fileSystemTypes: Set<String>

    package init(interfaces: [String] = [], fileSystemTypes: Set<String> = []) {
        self.interfaces = interfaces
        self.fileSystemTypes = fileSystemTypes
    }

    func hasInterface(_ name: ArraySlice<UInt8>) -> Bool {
        interfaces.contains { pattern in
            pattern.utf8.last == UInt8(ascii: "*")
                ? name.starts(with: pattern.utf8.dropLast()) : name.elementsEqual(pattern.utf8)
        }
    }
}
