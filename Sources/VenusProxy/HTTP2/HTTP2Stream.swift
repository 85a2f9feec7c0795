import VenusCore

/// One stream as the loop has it: a connection of HTTP/1.1 that carries one exchange.
///
/// `inbound` holds what the peer has sent, as the loop will read it; `outbound` the content that the loop has written.
final class HTTP2Stream {
    /// The session's name for it.
    let key: Int32
    /// HTTP/2's; 0 until its request was submitted.
    var id: Int32 = 0

    /// The head, or the trailers, that are coming.
    var builder = HTTP2HeadBuilder()
    /// The method of the request, as far as framing depends on it.
    var method = Method.other
    var inbound = ByteQueue() { didSet { count() } }
    /// Bytes of content in `inbound`, for which the peer gets no new window yet.
    var uncredited = 0
    var hasHead = false
    var isChunked = false
    /// Whether the peer has sent its last.
    var inboundEnded = false

    var message = BridgedMessage()
    var outbound = ByteQueue() { didSet { count() } }
    /// Whether nghttp2 waits to be told of more.
    var isDeferred = false
    /// Whether our END_STREAM, or the frames that end in it, have gone out.
    var hasSentEnd = false
    /// When content last moved on towards the peer.
    var movedAt = SteadyTime.zero

    /// Whether HTTP/2 is done with it, well or not.
    var isClosed = false
    /// Whether the loop is done with it.
    var isReleased = false
    /// Whether it is in the session's list of streams to look at.
    var isListed = false

    private let memory: HTTP2Memory
    /// Bytes of it that are counted.
    private var counted = 0

    init(key: Int32, memory: HTTP2Memory) {
        self.key = key
        self.memory = memory
    }

    deinit { memory.change(by: -counted) }

    private func count() {
        let held = inbound.count + outbound.count
        memory.change(by: held - counted)
        counted = held
    }
}

/// How far a message is that the loop writes in HTTP/1.1.
struct BridgedMessage {
    enum Stage {
        case head
        case content
        case complete
        /// It is no message.
        case broken
    }

    var stage = Stage.head
    /// Part of a head.
    var head: [UInt8] = []
    var framing = BodyFraming.none
    /// Bytes that are still to come, where the framing tells.
    var left: UInt64 = 0
    var chunks = ChunkedDecoder()
    var trailerLines: [UInt8] = []
    var trailers = HTTP2FieldBlock()
    /// Whether the content is gRPC's.
    var isGRPC = false
    var grpcStatus: GRPCStatus?
}
