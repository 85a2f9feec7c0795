/// `/proc/PID/stat`: what one process has used. Of its name only what the kernel keeps, never its arguments.
package struct ProcessStatistics: Sendable, Hashable {
    private static let kernelThread: UInt64 = 0x0020_0000

    /// The first 15 bytes of the program's name, or what it calls itself. The kernel's own threads go by what stands
    /// before a `/` or `-`, as in `kworker/3:1`: there are hundreds.
    package var name: String
    /// Clock ticks in user and kernel mode.
    package var ticks: UInt64
    /// Clock ticks from the system's start to the process's: with the process number, it tells processes apart.
    package var started: UInt64
    package var residentPages: UInt64

    /// The name stands in parentheses and may hold any bytes, parentheses and spaces among them: the last one ends it.
    package init?(_ bytes: ArraySlice<UInt8>) {
        guard let opening = bytes.firstIndex(of: UInt8(ascii: "(")),
            let closing = bytes.lastIndex(of: UInt8(ascii: ")")), opening < closing
        else { return nil }
        var name = bytes[(opening + 1)..<closing]
        var fields = ProcFields(bytes[closing...].dropFirst().prefix { $0 != UInt8(ascii: "\n") })
        // Behind it the third field: state, four numbers of relatives, terminal and its group.
        fields.skip(6)
        guard let flags = fields.nextNumber() else { return nil }
        fields.skip(4)
        guard let user = fields.nextNumber(), let system = fields.nextNumber() else { return nil }
        fields.skip(6)
        guard let started = fields.nextNumber() else { return nil }
        fields.skip(1)
        if flags & Self.kernelThread != 0 {
            name = name.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "-") }
        }
        self.name = String(decoding: name, as: UTF8.self)
        ticks = user &+ system
        self.started = started
        residentPages = fields.nextNumber() ?? 0
    }
}
