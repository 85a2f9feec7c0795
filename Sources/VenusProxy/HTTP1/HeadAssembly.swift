/// When to read a head again that was incomplete: only once its end or that of its first line may have come, or the
/// bytes have doubled, so that a head sent byte by byte costs little more than one sent whole, while nonsense is still
/// noticed early.
package struct HeadAssembly: Sendable {
    /// Bytes at the last reading.
    private var lastRead: UInt32 = 0
    /// Line ends that were a reason to read.
    private var linesRead: UInt8 = 0

    /// The first line, and the empty ones that may stand before it. Some clients say no more than that line.
    private static let firstLines = HeadParser.maximumEmptyLines + 1

    package init() {}

    /// Whether the bytes are worth reading, of which the first `known` were there before.
    package mutating func isWorthReading(_ bytes: Span<UInt8>, known: Int, limit: Int) -> Bool {
        if lastRead == 0 || bytes.count >= 2 * Int(lastRead) || bytes.count >= limit { return true }
        // An empty line has a line feed that follows CR LF or LF; look a little before the new bytes.
        var place = max(known, 1)
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "\n") {
                if linesRead < Self.firstLines {
                    linesRead += 1
                    return true
                }
                if bytes[place - 1] == UInt8(ascii: "\n") { return true }
                if place >= 2, bytes[place - 1] == UInt8(ascii: "\r"), bytes[place - 2] == UInt8(ascii: "\n") {
                    return true
                }
            }
            place &+= 1
        }
        return false
    }

    /// The bytes were read and found incomplete.
    package mutating func wasIncomplete(count: Int) { lastRead = UInt32(clamping: count) }

    package mutating func reset() { self = HeadAssembly() }
}
