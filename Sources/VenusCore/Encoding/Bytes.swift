/// Why stored bytes could not be read.
public enum EncodingError: Error, Sendable, Equatable {
    /// The bytes end too early, or hold a number that cannot be.
    case corrupt
    /// Written by a newer version of Venus.
    case newerVersion(UInt8)
}

/// Appends numbers as LEB128 variable-length integers: seven bits a byte, lowest first.
public struct ByteWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// One byte as it is: a version, or a mark.
    public mutating func append(byte: UInt8) { bytes.append(byte) }

    /// A number, in one to ten bytes.
    public mutating func append(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// A signed number, zigzag-coded.
    public mutating func append(signed value: Int64) { append(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    /// A string with its length in bytes before it.
    public mutating func append(_ string: String) {
        append(UInt64(string.utf8.count))
        bytes.append(contentsOf: string.utf8)
    }
}

/// Reads what ``ByteWriter`` wrote. Every read checks the bounds, and throws ``EncodingError/corrupt`` where the bytes
/// end too early or hold no such value.
public struct ByteReader: Sendable {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    public init(_ bytes: some Collection<UInt8>) {
        self.bytes = ArraySlice(bytes)
        position = self.bytes.startIndex
    }

    public var isAtEnd: Bool { position == bytes.endIndex }

    /// One byte as it is.
    public mutating func readByte() throws(EncodingError) -> UInt8 {
        guard position < bytes.endIndex else { throw .corrupt }
        defer { position += 1 }
        return bytes[position]
    }

    /// The version that a stored form begins with.
    ///
    /// - Parameter newest: the newest that we know, from 1. A newer one is ``EncodingError/newerVersion(_:)``; there
    ///   never was a version 0.
    /// - Returns: 1 … `newest`.
    @discardableResult
    public mutating func readVersion(upTo newest: UInt8) throws(EncodingError) -> UInt8 {
        let version = try readByte()
        guard version <= newest else { throw .newerVersion(version) }
        guard version > 0 else { throw .corrupt }
        return version
    }

    /// A number of at most 64 bits.
    public mutating func readNumber() throws(EncodingError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try readByte()
            guard shift < 63 || (shift == 63 && byte <= 1) else { throw .corrupt }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    /// Reads by a loop that runs on the bytes themselves: `body` gets them and its position among them, and moves it
    /// on.
    mutating func readBytes(
        _ body: (UnsafeBufferPointer<UInt8>, inout Int) throws(EncodingError) -> Void
    ) throws(EncodingError) {
        var place = position - bytes.startIndex
        try bytes.withUnsafeBufferPointer { (all) throws(EncodingError) in try body(all, &place) }
        position = bytes.startIndex + place
    }

    /// The number at `position`, which is moved behind it.
    @inline(__always)
    static func number(
        _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int
    ) throws(EncodingError) -> UInt64 {
        guard position < bytes.count else { throw .corrupt }
        // Most are below 128.
        var value = UInt64(bytes[position])
        position += 1
        guard value >= 0x80 else { return value }
        value &= 0x7F
        var shift: UInt64 = 7
        while true {
            guard position < bytes.count else { throw .corrupt }
            let byte = bytes[position]
            position += 1
            guard shift < 63 || (shift == 63 && byte <= 1) else { throw .corrupt }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    /// A number that was written as `signed`.
    public mutating func readSigned() throws(EncodingError) -> Int64 {
        let value = try readNumber()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A number that must fit into `Number`.
    public mutating func read<Number: FixedWidthInteger>(_: Number.Type) throws(EncodingError) -> Number {
        guard let number = Number(exactly: try readNumber()) else { throw .corrupt }
        return number
    }

    /// A string; bytes that are not UTF-8 are no such value.
    public mutating func readString() throws(EncodingError) -> String {
        let length = try read(Int.self)
        guard length <= bytes.endIndex - position else { throw .corrupt }
        defer { position += length }
        guard let string = String(validating: bytes[position..<position + length], as: UTF8.self) else {
            throw .corrupt
        }
        return string
    }
}
