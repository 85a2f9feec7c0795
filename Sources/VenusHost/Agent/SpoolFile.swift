package import VenusCore

/// The content of a file of an ``ReadingSpool``: one line for people and programs, then the reading as it is stored.
///
/// `venus-reading 1 PRODUCER SEQUENCE DROPPED`
package struct SpoolFile: Sendable, Equatable {
    private static let name = "venus-reading 1"
    /// Bytes of a file at most.
    package static let maximumBytes = 1 << 20
    /// Of numbers and of what was dropped: no producer comes so far.
    package static let maximumNumber: UInt64 = 1 << 62
    /// Milliseconds since the epoch that a reading may be of: the years that have four digits.
    private static let times: Range<Int64> = 0..<253_402_300_800_000

    package var producer: String
    package var sequence: UInt64
    /// Readings that the producer dropped until then.
    package var dropped: UInt64
    package var reading: HostReading?

    package init(producer: String, sequence: UInt64, dropped: UInt64, reading: HostReading?) {
        self.producer = producer
        self.sequence = sequence
        self.dropped = dropped
        self.reading = reading
    }

    package var bytes: [UInt8] {
        Array("\(Self.name) \(producer) \(sequence) \(dropped)\n".utf8) + (reading?.encoded ?? [])
    }

    /// `nil` for what is no such file, only a part of one, or what no agent can have written.
    package init?(_ bytes: [UInt8]) {
        guard let end = bytes.prefix(256).firstIndex(of: 0x0A),
            let line = String(validating: bytes[..<end], as: UTF8.self), line.hasPrefix(Self.name + " ")
        else { return nil }
        let words = line.dropFirst(Self.name.count + 1).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, Self.isProducer(words[0]), let sequence = UInt64(words[1]),
            (1...Self.maximumNumber).contains(sequence), let dropped = UInt64(words[2]), dropped <= Self.maximumNumber
        else { return nil }
        producer = String(words[0])
        self.sequence = sequence
        self.dropped = dropped
        let rest = Array(bytes[(end + 1)...])
        if !rest.isEmpty {
            guard let reading = try? HostReading(encoded: rest), Self.times.contains(reading.start),
                Self.times.contains(reading.end)
            else { return nil }
            self.reading = reading
        }
    }

    private static func isProducer(_ text: Substring) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
