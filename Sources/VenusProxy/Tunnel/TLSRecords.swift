/// The header of a TLS record (RFC 8446, section 5.1).
package struct TLSRecord: Sendable, Hashable {
    package enum Content: UInt8, Sendable {
        case changeCipherSpec = 20
        case alert = 21
        case handshake = 22
        case applicationData = 23
    }

    package static let headerBytes = 5

    package var content: Content
    /// Bytes after the header.
    package var length: Int

    package init(_ content: Content, length: Int) {
        self.content = content
        self.length = length
    }
}

/// Finds the records in one direction of a TLS connection, however its bytes are cut. Looks at headers only.
///
/// After bytes that it was not shown it is out of step, until a read begins with something that can only be headers.
package struct TLSRecordReader: Sendable {
    /// The most that any version allows (RFC 5246, section 6.2.3), and what RFC 8446 allows.
    private static let maximumLength = 16_384 + 2_048
    private static let maximumPlausibleLength = 16_384 + 256

    /// The bytes of the header so far, the first in the highest place.
    private var header: UInt64 = 0
    private var headerCount = 0
    /// Bytes of the record that are still to come.
    private var remaining = 0
    /// Whether it is known where the records begin.
    package private(set) var isInStep = true

    package init() {}

    /// The next record whose header ends in `bytes` at or behind `place`, which moves behind that header; `nil` at the
    /// end of the bytes, or when they are no TLS: then it is out of step.
    package mutating func next(_ bytes: UnsafeBufferPointer<UInt8>, _ place: inout Int) -> TLSRecord? {
        guard isInStep else { return nil }
        let skipped = min(remaining, bytes.count - place)
        remaining -= skipped
        place += skipped
        while place < bytes.count {
            header = header << 8 | UInt64(bytes[place])
            headerCount += 1
            place += 1
            guard headerCount == TLSRecord.headerBytes else { continue }
            guard let record = Self.record(header, maximumLength: Self.maximumLength) else {
                isInStep = false
                return nil
            }
            header = 0
            headerCount = 0
            remaining = record.length
            return record
        }
        return nil
    }

    /// So many bytes have passed unseen. Whether all of them are of the record under way; if not, it is out of step.
    package mutating func skip(_ count: Int) -> Bool {
        guard count > 0 else { return true }
        guard isInStep, headerCount == 0, count <= remaining else {
            isInStep = false
            return false
        }
        remaining -= count
        return true
    }

    /// Gets into step again if a read begins with a header, and every one that follows from it is one as well.
    package mutating func resume(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard !isInStep else { return }
        var place = 0
        while place + TLSRecord.headerBytes <= bytes.count {
            var header: UInt64 = 0
            for offset in 0..<TLSRecord.headerBytes { header = header << 8 | UInt64(bytes[place + offset]) }
            guard let record = Self.record(header, maximumLength: Self.maximumPlausibleLength) else { return }
            place += TLSRecord.headerBytes + record.length
        }
        // At least one header, and none was cut.
        guard place >= bytes.count, !bytes.isEmpty else { return }
        self = TLSRecordReader()
    }

    private static func record(_ header: UInt64, maximumLength: Int) -> TLSRecord? {
        // Versions 3.1 to 3.3; a first ClientHello may say 3.0 (RFC 8446, section 5.1).
        guard let content = TLSRecord.Content(rawValue: UInt8(truncatingIfNeeded: header >> 32)),
            (0x0300...0x0303).contains(header >> 16 & 0xFFFF)
        else { return nil }
        let length = Int(header & 0xFFFF)
        return length <= maximumLength ? TLSRecord(content, length: length) : nil
    }
}
