/// A place in the bytes of a TLS structure, and where the structure ends. Every step is checked; `nil` means that there
/// is not so much.
struct TLSCursor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var place: Int
    let end: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        place = 0
        end = bytes.count
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        self.bytes = bytes
        place = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { place == end }
    var range: Range<Int> { place..<end }

    /// A number of up to four bytes, in network order.
    mutating func number(_ width: Int) -> Int? {
        guard end - place >= width else { return nil }
        var value = 0
        for _ in 0..<width {
            value = value << 8 | Int(bytes[place])
            place += 1
        }
        return value
    }

    mutating func skip(_ count: Int) -> Bool {
        guard count >= 0, end - place >= count else { return false }
        place += count
        return true
    }

    /// A vector, which is led by its length in `width` bytes.
    mutating func vector(_ width: Int) -> TLSCursor? {
        guard let length = number(width), end - place >= length else { return nil }
        defer { place += length }
        return TLSCursor(bytes, place..<place + length)
    }

    func equals(_ text: StaticString) -> Bool {
        guard end - place == text.utf8CodeUnitCount else { return false }
        for offset in 0..<(end - place) where bytes[place + offset] != text.utf8Start[offset] { return false }
        return true
    }
}
