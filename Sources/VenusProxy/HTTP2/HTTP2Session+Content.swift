import CNGHTTP2
import VenusCore

/// Content on its way out.
extension HTTP2Session {
    /// Takes content at the start of the bytes; how many belong to the message, with their framing.
    func readContent(_ stream: HTTP2Stream, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        switch stream.message.framing {
        case .none: preconditionFailure("a message without content is complete with its head")
        case .untilClose:
            stream.outbound.append(bytes)
            resume(stream)
            return bytes.count
        case .length:
            let count = Int(min(stream.message.left, UInt64(bytes.count)))
            stream.outbound.append(UnsafeBufferPointer(rebasing: bytes.prefix(count)))
            stream.message.left -= UInt64(count)
            if stream.message.left == 0 { stream.message.stage = .complete }
            resume(stream)
            return count
        case .chunked: return readChunks(stream, bytes)
        }
    }

    private func readChunks(_ stream: HTTP2Stream, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var place = 0
        while place < bytes.count {
            let isInTrailers = stream.message.chunks.isInTrailers
            switch stream.message.chunks.next(bytes.span, from: place) {
            case .content(let range):
                stream.outbound.append(UnsafeBufferPointer(rebasing: bytes[range.start..<range.end]))
                place = range.end
            case .framing(let end):
                // The decoder bounds them.
                if isInTrailers { stream.message.trailerLines.append(contentsOf: bytes[place..<end]) }
                place = end
            case .end(let end):
                stream.message.trailerLines.append(contentsOf: bytes[place..<end])
                readTrailers(stream)
                stream.message.stage = .complete
                resume(stream)
                return end
            case .invalid:
                stream.message.stage = .broken
                return bytes.count
            }
        }
        resume(stream)
        return bytes.count
    }

    private func readTrailers(_ stream: HTTP2Stream) {
        let lines = stream.message.trailerLines
        stream.message.trailerLines = []
        guard lines.count > 2 else { return }
        let bytes = lines.span
        var section = HeadParser.FieldSection()
        let result = HeadParser.readFields(
            bytes, from: 0, isRequest: role == .client, limits: HeadLimits(), fields: &fields, into: &section)
        guard case .complete = result else { return }
        for index in 0..<fields.count where !HopByHop.isDropped(fields[index]) {
            let field = fields[index]
            let name = ByteRange(field.line.start, field.line.start + Int(field.nameLength))
            if ByteScan.equals(bytes, name, "grpc-status") {
                let value = bytes.extracting(field.value.start..<field.value.end).array
                stream.message.grpcStatus = GRPCStatus(field: value)
            }
            stream.message.trailers.append(bytes, name: name, value: field.value)
        }
    }

    /// There is more to send on the stream, or its end.
    func resume(_ stream: HTTP2Stream) {
        guard stream.isDeferred, !stream.isClosed, !isBroken else { return }
        stream.isDeferred = false
        check(nghttp2_session_resume_data(native, stream.id))
    }

    /// Gives nghttp2 content for a DATA frame; how many bytes, or a code of nghttp2's.
    func fill(
        _ memory: UnsafeMutableBufferPointer<UInt8>, from stream: HTTP2Stream, _ flags: inout UInt32
    ) -> Int {
        guard let start = memory.baseAddress else { return 0 }
        let count = stream.outbound.take(into: start, capacity: memory.count)
        if count > 0 { list(stream) }
        guard stream.outbound.isEmpty, stream.message.stage == .complete else {
            guard count == 0 else { return count }
            stream.isDeferred = true
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        flags |= NGHTTP2_DATA_FLAG_EOF.rawValue
        guard !stream.message.trailers.isEmpty else { return count }
        flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
        stream.message.trailers.withNative { check(nghttp2_submit_trailer(native, stream.id, $0, $1)) }
        return count
    }

    /// A frame has gone out.
    func frameSent(_ frame: nghttp2_frame) {
        switch frame.hd.type {
        case UInt8(NGHTTP2_DATA.rawValue):
            scanner.sentData()
            sentOn(frame)
        case UInt8(NGHTTP2_HEADERS.rawValue): sentOn(frame)
        case UInt8(NGHTTP2_RST_STREAM.rawValue):
            let code = frame.rst_stream.error_code
            let isOurs =
                code == NGHTTP2_NO_ERROR.rawValue || code == NGHTTP2_CANCEL.rawValue
                || code == NGHTTP2_INTERNAL_ERROR.rawValue
            if !isOurs, !scanner.provokedReset(at: now) { end(for: .resets) }
        default: break
        }
    }

    private func sentOn(_ frame: nghttp2_frame) {
        guard let stream = stream(frame.hd.stream_id) else { return }
        stream.movedAt = now
        guard frame.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 else { return }
        stream.hasSentEnd = true
        if stream.isReleased { stopInbound(stream) }
    }
}
