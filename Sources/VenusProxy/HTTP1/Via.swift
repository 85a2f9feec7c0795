/// The `Via` field (RFC 9110, section 7.6.3): the proxies that a message has been through.
package enum Via {
    /// Whether a value names the proxy: `received-protocol received-by [comment]` for each, in a list.
    package static func names(_ pseudonym: UnsafeBufferPointer<UInt8>, _ bytes: Span<UInt8>, _ value: ByteRange) -> Bool
    {
        var list = TokenList(value)
        while let element = list.next(bytes) {
            var place = element.start
            while place < element.end, !HeadParser.isBlank(bytes[place]) { place += 1 }
            while place < element.end, HeadParser.isBlank(bytes[place]) { place += 1 }
            let start = place
            while place < element.end, !HeadParser.isBlank(bytes[place]) { place += 1 }
            if equals(pseudonym, bytes, from: start, to: place) { return true }
        }
        return false
    }

    private static func equals(
        _ pseudonym: UnsafeBufferPointer<UInt8>, _ bytes: Span<UInt8>, from start: Int, to end: Int
    ) -> Bool {
        guard end - start == pseudonym.count else { return false }
        for offset in 0..<pseudonym.count where bytes[start + offset] != pseudonym[offset] { return false }
        return true
    }
}
