import TestSupport
import VenusCore

extension CallBlock {
    /// A block of anything that a block can hold.
    static func random(using generator: inout SeededGenerator) -> CallBlock {
        let operations = (0..<Int.random(in: 1...6, using: &generator)).map { _ in Operation.random(using: &generator) }
        let base = Int64.random(in: 0...4_000_000_000_000_000, using: &generator)
        let count = Bool.random(using: &generator) ? 1 : Int.random(in: 1...maximumCalls, using: &generator)
        let calls = (0..<count).map { _ in
            Call.random(operations: operations.count, base: base, using: &generator)
        }
        return CallBlock(
            producer: Producer(
                id: "p\(UInt64.random(in: 0...99, using: &generator))", environment: "production", service: "käse & co",
                instance: "", host: "box-1"),
            first: UInt64.random(in: 1...UInt64(Int64.max) - 1_000, using: &generator), operations: operations,
            calls: calls)
    }
}

extension Operation {
    static func random(using generator: inout SeededGenerator) -> Operation {
        let texts = [
            "", "http", "a\tb", "c\nd", "e\rf", "back\\slash", "ümlaut", "\u{1}\u{7F}", "/v1/charges/*", "\\x41",
        ]
        func text() -> String { texts.randomElement(using: &generator)! + texts.randomElement(using: &generator)! }
        return Operation(
            scheme: text(), host: text(), port: .random(in: 0 ... .max, using: &generator), method: text(),
            route: text(), networkProtocol: text())
    }
}

extension Call {
    static func random(operations: Int, base: Int64, using generator: inout SeededGenerator) -> Call {
        func number<Number: FixedWidthInteger & UnsignedInteger>(_: Number.Type) -> Number {
            // Small and large ones alike.
            Number.random(in: 0 ... .max, using: &generator)
                >> Number.random(in: 0..<Number(Number.bitWidth), using: &generator)
        }
        var call = Call(
            operation: .random(in: 0..<operations, using: &generator),
            start: base + Int64.random(in: 0...3_600_000_000, using: &generator), duration: number(UInt32.self),
            outcome: Outcome.allCases.randomElement(using: &generator)!, status: number(UInt16.self),
            errorType: Bool.random(using: &generator) ? ErrorType.allCases.randomElement(using: &generator) : nil,
            bytesSent: number(UInt64.self), bytesReceived: number(UInt64.self),
            flags: CallFlags(rawValue: number(UInt16.self)),
            traceID: Bool.random(using: &generator) ? TraceID(high: number(UInt64.self), low: number(UInt64.self)) : nil
        )
        for phase in Phase.allCases where Bool.random(using: &generator) { call.phases[phase] = number(UInt32.self) }
        return call
    }
}
