/// What the control groups around the agent are limited to, and have used.
package struct CgroupStatistics: Sendable, Hashable {
    /// Version 1 has no word for "no limit": it is about as much as a signed number holds.
    private static let noLimit: UInt64 = 1 << 60

    /// Bytes.
    package var memoryLimit: UInt64?
    /// Bytes, without the page cache that would be given up first.
    package var memoryUsage: UInt64?
    /// Since the group was made.
    package var outOfMemoryKills: UInt64?
    package var quota: CPUQuota?
    package var throttling: CPUThrottling?
    package var pressure: [Pressure.Resource: Pressure] = [:]

    package init() {}

    /// A memory limit: a number of bytes; `nil` for none.
    package static func limit(_ text: inout ProcText) -> UInt64? {
        guard var fields = text.nextLine(), let field = fields.next() else { return nil }
        if field.elementsEqual("max".utf8) { return nil }
        guard let bytes = ProcFields.number(field) else {
            text.passOverGarbledLine()
            return nil
        }
        return bytes < noLimit ? bytes : nil
    }

    /// A file of one number.
    package static func number(_ text: inout ProcText) -> UInt64? {
        guard var fields = text.nextLine() else { return nil }
        let number = fields.nextNumber()
        if number == nil { text.passOverGarbledLine() }
        return number
    }

    /// One number of a file of named ones.
    package static func number(named name: String, _ text: inout ProcText) -> UInt64? {
        var found: UInt64?
        NamedNumbers.forEach(&text) { other, number in
            if other.elementsEqual(name.utf8) { found = number }
        }
        return found
    }
}
