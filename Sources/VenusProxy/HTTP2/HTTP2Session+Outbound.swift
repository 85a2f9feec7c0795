import CNGHTTP2
import VenusCore

/// What the loop writes in HTTP/1.1, put into frames.
extension HTTP2Session {
    /// What a write to a stream came to.
    package enum Acceptance: Sendable, Hashable {
        /// So many bytes were taken, at least one.
        case taken(Int)
        /// None now: too many wait for the peer.
        case wouldBlock
        /// The stream is over, or this is no HTTP/1.1.
        case failed
    }

    package func write(_ key: Int32, _ bytes: UnsafeBufferPointer<UInt8>, at time: SteadyTime) -> Acceptance {
        now = time
        guard let stream = streams[key], !stream.isClosed, !stream.isReleased else { return .failed }
        let room = bounds.outboundBytes - stream.outbound.count
        guard room > 0 else { return .wouldBlock }
        guard memory.hasRoom else {
            reset(stream, role == .server ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_CANCEL)
            return .failed
        }
        let part = UnsafeBufferPointer(rebasing: bytes.prefix(room))
        var place = 0
        while place < part.count {
            let rest = UnsafeBufferPointer(rebasing: part[place...])
            switch stream.message.stage {
            case .head: place += readHead(stream, rest)
            case .content: place += readContent(stream, rest)
            case .complete: place = part.count
            case .broken:
                reset(stream, NGHTTP2_INTERNAL_ERROR)
                return .failed
            }
        }
        guard stream.message.stage != .broken else {
            reset(stream, NGHTTP2_INTERNAL_ERROR)
            return .failed
        }
        // The server's exchange is over with its response.
        if role == .server, stream.message.stage == .complete { list(stream) }
        return .taken(part.count)
    }

    /// Reads heads at the start of the bytes, together with what came of them before; how many bytes were taken.
    private func readHead(_ stream: HTTP2Stream, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let known = stream.message.head.count
        if known == 0 {
            let length = submitHead(stream, bytes.span)
            if length == 0, stream.message.stage == .head {
                stream.message.head.append(contentsOf: bytes)
                return bytes.count
            }
            return length
        }
        stream.message.head.append(contentsOf: bytes)
        let head = stream.message.head
        let length = submitHead(stream, head.span)
        guard length > 0 else { return bytes.count }
        stream.message.head.removeAll()
        // The part that came before was incomplete: the head ends in what has come now.
        return max(0, length - known)
    }

    /// Submits the head at the start of the bytes; its length, 0 if it is not complete or not valid.
    private func submitHead(_ stream: HTTP2Stream, _ bytes: Span<UInt8>) -> Int {
        var limits = HeadLimits()
        // What the exchange has added comes on top.
        limits.headBytes += HeadSerializer.maximumGrowth
        limits.fields = FieldTable.capacity
        switch role {
        case .server:
            switch HeadParser.parseResponse(bytes, limits: limits, fields: &fields) {
            case .incomplete: return 0
            case .invalid:
                stream.message.stage = .broken
                return 0
            case .complete(let head):
                submitResponse(stream, head, bytes)
                return head.length
            }
        case .client:
            switch BridgedRequest.read(bytes, limits: limits, fields: &fields) {
            case .incomplete: return 0
            case .invalid:
                stream.message.stage = .broken
                return 0
            case .complete(let head):
                submitRequest(stream, head, bytes)
                return head.length
            }
        }
    }

    private func submitResponse(_ stream: HTTP2Stream, _ head: ResponseHead, _ bytes: Span<UInt8>) {
        var block = HTTP2FieldBlock()
        block.append(":status", bytes, ByteRange(head.statusAndReason.start, head.statusAndReason.start + 3))
        appendFields(to: &block, of: stream, bytes)
        if head.isInterim {
            guard head.status != 101 else { return stream.message.stage = .broken }
            block.withNative { check(nghttp2_submit_headers(native, 0, stream.id, nil, $0, $1, nil)) }
            return
        }
        begin(stream, .response(head, to: stream.method))
        let hasContent = stream.message.stage == .content
        submit(stream, hasContent: hasContent) { provider in
            block.withNative { nghttp2_submit_response(native, stream.id, $0, $1, provider) }
        }
    }

    private func submitRequest(_ stream: HTTP2Stream, _ head: BridgedRequest, _ bytes: Span<UInt8>) {
        var block = HTTP2FieldBlock()
        block.append(":method", bytes, head.method)
        block.append(":scheme", "https".utf8)
        block.append(":authority", bytes, head.host)
        block.append(":path", bytes, head.target)
        appendFields(to: &block, of: stream, bytes)
        // gRPC's servers want to be told that its trailers get through (gRPC over HTTP/2): here they do.
        if stream.message.isGRPC { block.append("te", "trailers".utf8) }
        stream.method = head.isHead ? .head : .other
        begin(stream, head.framing)
        let hasContent = stream.message.stage == .content
        let pointer = Unmanaged.passUnretained(stream).toOpaque()
        submit(stream, hasContent: hasContent) { provider in
            block.withNative { fields, count in
                let id = nghttp2_submit_request(native, nil, fields, count, provider, pointer)
                if id > 0 { stream.id = id }
                return id
            }
        }
    }

    /// The message's content follows, in this framing.
    private func begin(_ stream: HTTP2Stream, _ framing: BodyFraming) {
        stream.message.framing = framing
        stream.movedAt = now
        switch framing {
        case .none: stream.message.stage = .complete
        case .length(let length):
            stream.message.left = length
            stream.message.stage = .content
        case .chunked, .untilClose: stream.message.stage = .content
        }
    }

    private func submit(
        _ stream: HTTP2Stream, hasContent: Bool, _ submit: (UnsafePointer<nghttp2_data_provider>?) -> Int32
    ) {
        var provider = nghttp2_data_provider()
        provider.read_callback = HTTP2Callbacks.source
        let result = hasContent ? withUnsafePointer(to: provider) { submit($0) } : submit(nil)
        if !check(result) { stream.message.stage = .broken }
    }

    /// The fields of the head that was read last, without those of this hop.
    private func appendFields(to block: inout HTTP2FieldBlock, of stream: HTTP2Stream, _ bytes: Span<UInt8>) {
        for index in 0..<fields.count {
            let field = fields[index]
            guard !HopByHop.isDropped(field) else { continue }
            let name = ByteRange(field.line.start, field.line.start + Int(field.nameLength))
            if ByteScan.equals(bytes, name, "content-type") {
                stream.message.isGRPC = GRPCContent.isType(bytes.extracting(field.value.start..<field.value.end).array)
            } else if ByteScan.equals(bytes, name, "grpc-status") {
                let value = bytes.extracting(field.value.start..<field.value.end).array
                stream.message.grpcStatus = GRPCStatus(field: value)
            }
            block.append(bytes, name: name, value: field.value)
        }
    }
}

extension Span<UInt8> {
    /// A copy.
    var array: [UInt8] { withUnsafeBufferPointer { Array($0) } }
}
