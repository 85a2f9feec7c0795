import CHiredis

/// Turns bytes from Redis into replies, however they are cut; hiredis' reader without its sockets.
package struct RESPReader: ~Copyable {
    /// Most bytes that one reply may have. A read of the call log asks for less.
    package static let maximumReplyBytes = 512 << 20

    private let reader: UnsafeMutablePointer<redisReader>
    /// Bytes fed since the last complete reply.
    private var pending = 0

    package init() {
        // It fails only when malloc does: nothing that comes from the network can bring it about.
        guard let reader = redisReaderCreate() else { fatalError("no memory for a Redis reader") }
        self.reader = reader
    }

    deinit { redisReaderFree(reader) }

    package mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(CallLogError) {
        pending += bytes.count
        guard pending <= Self.maximumReplyBytes else {
            throw CallLogError(.protocolViolation, "Redis sent a reply that is too large")
        }
        guard redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count) == REDIS_OK
        else { throw failure }
    }

    /// The next reply; `nil` until there is a whole one.
    package mutating func next() throws(CallLogError) -> RedisReply? {
        var object: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &object) == REDIS_OK else { throw failure }
        guard let object else { return nil }
        pending = 0
        let reply = ReplyObject(object)
        return reply.value
    }

    /// Of hiredis' own text nothing is shown: it may quote what came.
    private var failure: CallLogError {
        reader.pointee.err == REDIS_ERR_OOM
            ? CallLogError(.unavailable, "there is no memory for Redis' reply")
            : CallLogError(.protocolViolation, "what answers does not speak Redis' protocol")
    }
}

/// One reply as hiredis made it.
private struct ReplyObject: ~Copyable {
    private let object: UnsafeMutableRawPointer

    init(_ object: UnsafeMutableRawPointer) { self.object = object }

    deinit { freeReplyObject(object) }

    var value: RedisReply { Self.value(object.assumingMemoryBound(to: redisReply.self).pointee) }

    /// hiredis nests at most seven levels deep.
    private static func value(_ reply: redisReply) -> RedisReply {
        switch reply.type {
        case REDIS_REPLY_STRING: return .string(bytes(reply))
        case REDIS_REPLY_STATUS: return .status(bytes(reply))
        case REDIS_REPLY_ERROR: return .error(String(decoding: bytes(reply), as: UTF8.self))
        case REDIS_REPLY_INTEGER: return .integer(reply.integer)
        case REDIS_REPLY_ARRAY:
            return .array(
                UnsafeBufferPointer(start: reply.element, count: reply.elements).map { element in
                    element.map { value($0.pointee) } ?? .null
                })
        default: return .null
        }
    }

    private static func bytes(_ reply: redisReply) -> [UInt8] {
        guard let start = reply.str else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: reply.len))
    }
}
