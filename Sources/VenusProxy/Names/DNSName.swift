/// A name as it stands in a DNS message: labels behind their lengths, in lower case, up to and with the empty one
/// (RFC 1035, section 3.1).
package struct DNSName: Sendable, Hashable {
    /// Longest name, with its lengths (RFC 1035, section 2.3.4).
    package static let maximumBytes = 255
    private static let maximumLabelBytes = 63

    package private(set) var bytes: [UInt8]

    /// Reads `label.label`, with or without a dot at the end; `nil` for what cannot be a name.
    package init?(_ text: String) {
        var labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if labels.count > 1, labels.last?.isEmpty == true { labels.removeLast() }
        bytes = []
        for label in labels {
            guard (1...Self.maximumLabelBytes).contains(label.count) else { return nil }
            bytes.append(UInt8(label.count))
            for byte in label { bytes.append(ByteClass.lowercased(byte)) }
        }
        bytes.append(0)
        guard bytes.count <= Self.maximumBytes else { return nil }
    }

    /// Reads a name of a message from `place` on, which then stands behind it; `nil` if it is none.
    ///
    /// A pointer (RFC 1035, section 4.1.4) may lead only towards the beginning, so that following them comes to an end.
    package init?(_ message: Span<UInt8>, at place: inout Int) {
        bytes = []
        var read = place
        var lowest = place
        var isBehindPointer = false
        while true {
            guard read < message.count else { return nil }
            let length = Int(message[read])
            switch length {
            case 0:
                bytes.append(0)
                if !isBehindPointer { place = read + 1 }
                return
            case 1...Self.maximumLabelBytes:
                guard read + length < message.count, bytes.count + length + 2 <= Self.maximumBytes else { return nil }
                bytes.append(UInt8(length))
                for offset in 1...length { bytes.append(ByteClass.lowercased(message[read + offset])) }
                read += length + 1
            case 0xC0...:
                guard read + 1 < message.count else { return nil }
                let target = (length & 0x3F) << 8 | Int(message[read + 1])
                guard target < lowest else { return nil }
                if !isBehindPointer { place = read + 2 }
                isBehindPointer = true
                lowest = target
                read = target
            default: return nil
            }
        }
    }
}
