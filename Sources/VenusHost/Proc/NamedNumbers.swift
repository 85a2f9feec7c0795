/// A file of lines that are a name and a number: `/proc/meminfo`, `/proc/vmstat`, `cpu.stat`, `memory.events`.
struct NamedNumbers {
    /// Calls `body` with each; a colon behind the name and a unit behind the number are passed over.
    static func forEach(_ text: inout ProcText, _ body: (ArraySlice<UInt8>, UInt64) -> Void) {
        while var fields = text.nextLine() {
            guard var name = fields.next(), let number = fields.nextNumber() else {
                text.passOverGarbledLine()
                continue
            }
            if name.last == UInt8(ascii: ":") { name = name.dropLast() }
            body(name, number)
        }
    }
}
