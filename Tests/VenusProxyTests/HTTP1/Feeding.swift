import VenusProxy

// Spans cannot be named in expectations: arrays can.

extension Authority {
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span, ByteRange(0, bytes.count))
    }
}

extension HeadAssembly {
    mutating func isWorthReading(_ bytes: [UInt8], known: Int, limit: Int = 65_536) -> Bool {
        isWorthReading(bytes.span, known: known, limit: limit)
    }
}

extension ExchangeStateMachine {
    mutating func requestBytes(_ bytes: [UInt8], at time: SteadyTime) -> Int? { requestBytes(bytes.span, at: time) }

    mutating func responseBytes(_ bytes: [UInt8], at time: SteadyTime) -> Int? { responseBytes(bytes.span, at: time) }

    mutating func drained(_ bytes: [UInt8], at time: SteadyTime) -> Draining { drained(bytes.span, at: time) }
}
