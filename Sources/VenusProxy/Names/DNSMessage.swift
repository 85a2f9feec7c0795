/// Questions to a name server and what it answers (RFC 1035, section 4), as far as addresses need them.
///
/// Pure: every byte of an answer is one that anybody on the network may have sent.
package enum DNSMessage {
    /// What is asked for (RFC 1035, section 3.2.2; RFC 3596, section 2.1).
    package enum RecordType: UInt16, Sendable, CaseIterable {
        case ipv4 = 1
        case ipv6 = 28
    }

    /// What a name server answers.
    package enum Answer: Sendable, Hashable {
        /// Perhaps none of this kind. Good for so many seconds.
        case addresses([IPAddress], lifetime: UInt32)
        case noSuchName
        /// More than fits: to be asked by TCP.
        case truncated
        /// The server cannot tell, or what it says makes no sense.
        case failed
    }

    /// Records of one answer that are looked at, at most.
    private static let maximumRecords = 256
    /// Other names that lead from the name to its addresses, at most.
    private static let maximumAliases = 16

    private static let canonicalName: UInt16 = 5
    private static let internet: UInt16 = 1
    private static let headerBytes = 12

    /// The message that asks for a name's addresses, and wants the server to ask others if need be.
    package static func question(_ name: DNSName, _ type: RecordType, id: UInt16) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in [id, 0x0100, 1, 0, 0, 0] { append(word, to: &bytes) }
        bytes += name.bytes
        append(type.rawValue, to: &bytes)
        append(internet, to: &bytes)
        return bytes
    }

    private static func append(_ word: UInt16, to bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: word >> 8))
        bytes.append(UInt8(truncatingIfNeeded: word))
    }

    /// Reads a message; `nil` if it is no answer to this question: then the right one may still come.
    package static func answer(
        _ message: Span<UInt8>, to name: DNSName, _ type: RecordType, id: UInt16
    ) -> Answer? {
        guard message.count >= headerBytes, word(message, at: 0) == id, let flags = word(message, at: 2),
            flags & 0xF800 == 0x8000, word(message, at: 4) == 1
        else { return nil }
        var place = headerBytes
        guard let asked = DNSName(message, at: &place), asked == name, word(message, at: place) == type.rawValue,
            word(message, at: place + 2) == internet
        else { return nil }
        place += 4
        switch flags & 0xF {
        case 0: break
        case 3: return .noSuchName
        default: return .failed
        }
        if flags & 0x0200 != 0 { return .truncated }
        // Whole words in front of `place`: the header was read.
        let count = Int(word(message, at: 6) ?? 0)
        guard let records = records(message, from: place, count: min(count, maximumRecords)) else { return .failed }
        return addresses(of: name, type, in: records)
    }

    private struct Record {
        var owner: DNSName
        var lifetime: UInt32
        var content: Content

        enum Content {
            case alias(DNSName)
            case address(IPAddress, RecordType)
            case other
        }
    }

    private static func records(_ message: Span<UInt8>, from start: Int, count: Int) -> [Record]? {
        var place = start
        var records: [Record] = []
        for _ in 0..<count {
            guard let owner = DNSName(message, at: &place), let type = word(message, at: place),
                let network = word(message, at: place + 2), let high = word(message, at: place + 4),
                let low = word(message, at: place + 6), let length = word(message, at: place + 8)
            else { return nil }
            let data = place + 10
            guard data + Int(length) <= message.count else { return nil }
            place = data + Int(length)
            guard network == internet else { continue }
            // With its top bit set it means nothing (RFC 2181, section 8).
            let lifetime = high < 0x8000 ? UInt32(high) << 16 | UInt32(low) : 0
            guard let content = content(message, type, data, Int(length)) else { return nil }
            records.append(Record(owner: owner, lifetime: lifetime, content: content))
        }
        return records
    }

    private static func content(
        _ message: Span<UInt8>, _ type: UInt16, _ start: Int, _ length: Int
    ) -> Record.Content? {
        if type == canonicalName {
            var place = start
            guard let name = DNSName(message, at: &place), place == start + length else { return nil }
            return .alias(name)
        }
        guard let type = RecordType(rawValue: type) else { return .other }
        guard length == (type == .ipv4 ? 4 : 16) else { return nil }
        var bytes = SIMD16<UInt8>()
        for place in 0..<length { bytes[place] = message[start + place] }
        return .address(IPAddress(bytes: bytes, isIPv6: type == .ipv6), type)
    }

    /// Follows the aliases from the name to its addresses. The shortest lifetime on the way is that of the answer.
    private static func addresses(of name: DNSName, _ type: RecordType, in records: [Record]) -> Answer {
        var owner = name
        var lifetime = UInt32.max
        for _ in 0...maximumAliases {
            var found: [IPAddress] = []
            var alias: (name: DNSName, lifetime: UInt32)?
            for record in records where record.owner == owner {
                switch record.content {
                case .address(let address, type):
                    found.append(address)
                    lifetime = min(lifetime, record.lifetime)
                case .alias(let next): alias = (next, record.lifetime)
                case .address, .other: break
                }
            }
            if !found.isEmpty { return .addresses(found, lifetime: lifetime) }
            guard let alias else { return .addresses([], lifetime: 0) }
            lifetime = min(lifetime, alias.lifetime)
            owner = alias.name
        }
        return .failed
    }

    private static func word(_ message: Span<UInt8>, at place: Int) -> UInt16? {
        guard place + 2 <= message.count else { return nil }
        return UInt16(message[place]) << 8 | UInt16(message[place + 1])
    }
}
