import Glibc

/// The first handshake message of a stream of records, put together from as many of them as it is spread over
/// (RFC 8446, sections 4 and 5.1).
package enum TLSHandshakeMessage: Sendable, Hashable {
    package static let clientHello: UInt8 = 1
    package static let serverHello: UInt8 = 2

    /// The longest message that is read; real ones have 200 to 2,500 bytes.
    package static let maximumBytes = 16 << 10
    /// Most bytes of records that are kept for one message.
    package static let maximumStreamBytes = maximumBytes + maximumRecords * TLSRecord.headerBytes
    /// Most records that it may be spread over.
    private static let maximumRecords = 64
    private static let headerBytes = 4

    /// More bytes are needed.
    case incomplete
    /// Nothing that this can read.
    case unreadable
    /// The message's type; so many bytes of its body lie in the output.
    case message(type: UInt8, count: Int)

    /// Reads `stream`, which begins with a record; the body of the message goes to `output`, which has room for
    /// ``maximumBytes``.
    package static func read(
        _ stream: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) -> TLSHandshakeMessage {
        precondition(output.count >= maximumBytes)
        var reader = TLSRecordReader()
        var place = 0
        var header = 0
        var headerCount = 0
        var count = 0
        for _ in 0..<maximumRecords {
            guard let record = reader.next(stream, &place) else { return reader.isInStep ? .incomplete : .unreadable }
            // After a HelloRetryRequest (RFC 8446, appendix D.4).
            if record.content == .changeCipherSpec, headerCount == 0 { continue }
            guard record.content == .handshake, record.length > 0 else { return .unreadable }
            var start = place
            let end = min(place + record.length, stream.count)
            while headerCount < headerBytes, start < end {
                header = header << 8 | Int(stream[start])
                headerCount += 1
                start += 1
            }
            guard headerCount == headerBytes else { continue }
            let length = header & 0xFF_FFFF
            guard length <= maximumBytes else { return .unreadable }
            let piece = min(length - count, end - start)
            if piece > 0, let source = stream.baseAddress, let target = output.baseAddress {
                memcpy(target + count, source + start, piece)
                count += piece
            }
            if count == length { return .message(type: UInt8(header >> 24), count: count) }
        }
        return .unreadable
    }
}
