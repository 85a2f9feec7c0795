/// `/proc/pressure/…` or a group's `….pressure` (PSI): how long work had to wait for a resource.
package struct Pressure: Sendable, Hashable {
    package enum Resource: String, Sendable, CaseIterable {
        case cpu, memory, io
    }

    /// Microseconds in which at least one task waited, since the start.
    package var some: UInt64?
    /// Microseconds in which all of them did.
    package var full: UInt64?

    /// `nil` where the file says neither: switched off, or another format.
    package init?(_ text: inout ProcText) {
        while var fields = text.nextLine() {
            guard let kind = fields.next() else { continue }
            var total: UInt64?
            while let field = fields.next() {
                if field.starts(with: "total=".utf8) { total = ProcFields.number(field.dropFirst(6)) }
            }
            if total == nil {
                text.passOverGarbledLine()
            } else if kind.elementsEqual("some".utf8) {
                some = total
            } else if kind.elementsEqual("full".utf8) {
                full = total
            }
        }
        if some == nil && full == nil { return nil }
    }
}
