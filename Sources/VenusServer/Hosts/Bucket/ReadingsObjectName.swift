/// What an object with an agent's readings is called, in its host's folder of a bucket:
/// `20261122T074100Z-00000000000000000042-PRODUCER.json.gz`, so that names sort by time and number.
package struct ReadingsObjectName: Sendable, Hashable {
    package static let suffix = ".json.gz"
    private static let maximumProducerBytes = 64

    /// When the last of its readings ended, in seconds since the epoch.
    package let second: Int64
    /// The number of the last of its readings.
    package let last: UInt64
    package let producer: String

    /// `nil` for a time or a producer that no name can have.
    package init?(second: Int64, last: UInt64, producer: String) {
        guard (0..<253_402_300_800).contains(second), Self.isProducer(producer) else { return nil }
        self.second = second
        self.last = last
        self.producer = producer
    }

    /// `nil` for what is no such name, written in this one way.
    package init?(_ text: String) {
        guard text.utf8.count <= 128, text.hasSuffix(Self.suffix) else { return nil }
        let words = text.dropLast(Self.suffix.count).split(
            separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3, words[1].utf8.count == 20, let last = UInt64(words[1]),
            let second = Self.second(words[0]),
            let name = ReadingsObjectName(second: second, last: last, producer: String(words[2])), name.text == text
        else { return nil }
        self = name
    }

    package var text: String {
        let digits = String(last)
        let number = String(repeating: "0", count: 20 - digits.utf8.count) + digits
        return "\(Self.instant(second))-\(number)-\(producer)\(Self.suffix)"
    }

    /// What the name of every object of that second begins with: `20261122T074100Z`.
    static func instant(_ second: Int64) -> String { S3Signature.instant(second * 1_000) }

    private static func second(_ text: Substring) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T") else { return nil }
        let parts = [0..<4, 4..<6, 6..<8, 9..<11, 11..<13, 13..<15].map { String(decoding: bytes[$0], as: UTF8.self) }
        let date = parts[..<3].joined(separator: "-")
        return Timestamp.milliseconds("\(date)T\(parts[3...].joined(separator: ":"))Z").map { $0 / 1_000 }
    }

    private static func isProducer(_ text: String) -> Bool {
        (1...maximumProducerBytes).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: false
                }
            }
    }
}
