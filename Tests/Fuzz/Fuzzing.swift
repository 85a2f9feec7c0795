import VenusProxy

/// What every target shares: the bytes of one run, and what a broken promise does.
enum Fuzzing {
    /// Runs `body` on the bytes that the fuzzer made up.
    static func run(_ data: UnsafePointer<UInt8>?, _ size: Int, _ body: ([UInt8]) -> Void) -> CInt {
        body(Array(UnsafeBufferPointer(start: data, count: size)))
        return 0
    }

    /// Where to cut `count` bytes in two: everywhere, or evenly spread where that would be too often.
    static func cuts(_ count: Int) -> StrideThrough<Int> {
        stride(from: 0, through: count, by: max(1, count / 16))
    }
}

/// Ends the run, and so the fuzzing, where a promise is broken.
func require(
    _ condition: @autoclosure () -> Bool, _ promise: @autoclosure () -> String, file: StaticString = #file,
    line: UInt = #line
) {
    if !condition() { fatalError("a broken promise: " + promise(), file: file, line: line) }
}

extension [UInt8] {
    func slice(_ range: ByteRange) -> [UInt8] { Array(self[range.start..<range.end]) }

    /// For messages.
    var quoted: String { String(decoding: self, as: UTF8.self).debugDescription }
}

/// A head that was written anew.
func written(growingFrom count: Int, _ write: (inout ByteSink, UnsafeBufferPointer<UInt8>) -> Void) -> [UInt8] {
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count + HeadSerializer.maximumGrowth)
    defer { memory.deallocate() }
    var sink = ByteSink(memory)
    Array("venus-fuzz".utf8).withUnsafeBufferPointer { write(&sink, $0) }
    require(!sink.isOverflowing, "a head grows by at most \(HeadSerializer.maximumGrowth) bytes")
    return Array(memory.prefix(sink.count))
}

/// The fields of a head that go on, as they are, without our own `Via`: what must come out as it went in.
func kept(_ bytes: [UInt8], _ fields: borrowing FieldTable) -> [[UInt8]] {
    var kept: [[UInt8]] = []
    for place in 0..<fields.count where !HopByHop.isDropped(fields[place]) {
        if bytes.slice(fields[place].value).suffix(10).elementsEqual("venus-fuzz".utf8) { continue }
        let field = fields[place]
        let name: [UInt8] = Array(bytes[field.line.start..<field.line.start + Int(field.nameLength)])
        kept.append(
            field.isRewritten
                ? name + Array(": ".utf8) + bytes.slice(field.value) + Array("\r\n".utf8) : bytes.slice(field.line))
    }
    return kept
}

/// Whatever part of a head is read first, it is refused or complete only if the whole is. `parse`: of so many bytes.
func requireSameInParts<Head>(
    _ bytes: [UInt8], _ length: KeyPath<Head, Int>, parse: (_ count: Int) -> HeadResult<Head>
) -> HeadResult<Head> {
    let whole = parse(bytes.count)
    for cut in Fuzzing.cuts(bytes.count) {
        switch (parse(cut), whole) {
        case (.incomplete, _), (.invalid, .invalid): break
        case (.complete(let early), .complete(let late)):
            require(
                early[keyPath: length] == late[keyPath: length],
                "the head's end does not move, at \(cut) of \(bytes.quoted)")
        case (.invalid(let fault), _): require(false, "\(fault) at \(cut), but not in all of \(bytes.quoted)")
        case (.complete, _): require(false, "complete at \(cut), but not in all of \(bytes.quoted)")
        }
    }
    return whole
}

/// One table of fields for all heads, as a loop has it: what one leaves behind must not matter to the next.
func withFields<Result>(_ body: (inout FieldTable) -> Result) -> Result { body(&FieldsOfAllHeads.fields) }

private enum FieldsOfAllHeads {
    // The fuzzer is one thread.
    nonisolated(unsafe) static var fields = FieldTable()
}
