/// The text of a file below `/proc` or `/sys`, line by line. Whatever it holds, reading it never fails: a line
/// that is not what it should be is passed over, and counted.
package struct ProcText {
    private var rest: ArraySlice<UInt8>
    package private(set) var garbledLines: UInt64 = 0

    package init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    package init(_ text: String) { rest = ArraySlice(text.utf8) }

    /// The next line that is not empty.
    package mutating func nextLine() -> ProcFields? {
        while !rest.isEmpty {
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            rest = rest[line.endIndex...].dropFirst()
            if !line.isEmpty { return ProcFields(line) }
        }
        return nil
    }

    mutating func passOverGarbledLine() { garbledLines += 1 }
}
