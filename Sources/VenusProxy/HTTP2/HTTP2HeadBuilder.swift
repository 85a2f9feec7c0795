import Glibc

/// The fields of a message as they come off HTTP/2, put together to a head of HTTP/1.1.
struct HTTP2HeadBuilder {
    /// Beyond this a head is not collected any further: the parser behind says that it is too large.
    static let maximumBytes = HeadLimits().headBytes

    private(set) var method: [UInt8] = []
    private var path: [UInt8] = []
    private var authority: [UInt8] = []
    private var host: [UInt8] = []
    private(set) var status: [UInt8] = []
    private var contentLength: [UInt8] = []
    private var cookie: [UInt8] = []
    /// The field lines.
    private var lines: [UInt8] = []
    private(set) var isTooLarge = false
    /// Whether the content is a sequence of gRPC messages: then trailers end it, whatever its length.
    private(set) var isGRPC = false
    private var announcesTrailers = false
    private var hasTwoHosts = false

    var isConnect: Bool { method.elementsEqual("CONNECT".utf8) }
    /// Whether `Host` and `:authority` name two places (RFC 9113, section 8.3.1).
    var isAmbiguous: Bool { hasTwoHosts || !authority.isEmpty && !host.isEmpty && !Self.equalHosts(authority, host) }
    var isInterim: Bool { status.first == UInt8(ascii: "1") }
    /// Whether a response with this status has no content (RFC 9110, section 6.4.1).
    var hasNoContent: Bool { status.elementsEqual("204".utf8) || status.elementsEqual("304".utf8) }

    /// Takes a field that nghttp2 found valid.
    mutating func add(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        guard !isTooLarge else { return }
        guard lines.count + cookie.count + name.count + value.count + 4 <= Self.maximumBytes else {
            return isTooLarge = true
        }
        if name.first == UInt8(ascii: ":") { return addPseudo(name, value) }
        switch name.count {
        case 2 where Self.equal(name, "te"): return
        case 4 where Self.equal(name, "host"):
            hasTwoHosts = hasTwoHosts || !host.isEmpty
            host = Array(value)
            return
        case 6 where Self.equal(name, "cookie"):
            // Crumbs are joined (RFC 9113, section 8.2.3).
            if !cookie.isEmpty { cookie.append(contentsOf: "; ".utf8) }
            return cookie.append(contentsOf: value)
        case 7 where Self.equal(name, "trailer"): announcesTrailers = true
        case 12 where Self.equal(name, "content-type"): isGRPC = GRPCContent.isType(value)
        case 14 where Self.equal(name, "content-length"):
            contentLength = Array(value)
            return
        default: break
        }
        append(name, value)
    }

    private mutating func append(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        lines.append(contentsOf: name)
        lines.append(contentsOf: ": ".utf8)
        lines.append(contentsOf: value)
        lines.append(contentsOf: "\r\n".utf8)
    }

    private mutating func addPseudo(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        if Self.equal(name, ":method") {
            method = Array(value)
        } else if Self.equal(name, ":path") {
            path = Array(value)
        } else if Self.equal(name, ":authority") {
            authority = Array(value)
        } else if Self.equal(name, ":status") {
            status = Array(value)
        }
    }

    /// Writes the request's head; whether its content goes on in chunks. `isEnded`: there is none.
    func writeRequest(into queue: inout ByteQueue, isEnded: Bool) -> Bool {
        queue.append(method)
        queue.append(" ")
        queue.append(path)
        queue.append(" HTTP/1.1\r\nHost: ")
        queue.append(authority.isEmpty ? host : authority)
        queue.append("\r\n")
        if !cookie.isEmpty {
            queue.append("cookie: ")
            queue.append(cookie)
            queue.append("\r\n")
        }
        return finish(into: &queue, isEnded: isEnded, saysNone: false)
    }

    /// Writes the response's head; whether its content goes on in chunks. `isToHead`: it answers HEAD.
    func writeResponse(into queue: inout ByteQueue, isEnded: Bool, isToHead: Bool) -> Bool {
        queue.append("HTTP/1.1 ")
        queue.append(status)
        queue.append(" \r\n")
        let isBare = isInterim || hasNoContent
        return finish(into: &queue, isEnded: isEnded || isBare || isToHead, saysNone: !isBare && !isToHead)
    }

    private func finish(into queue: inout ByteQueue, isEnded: Bool, saysNone: Bool) -> Bool {
        queue.append(lines)
        // What has no end never reads as complete, however much of it is there.
        guard !isTooLarge else {
            queue.append([UInt8](repeating: UInt8(ascii: "x"), count: Self.maximumBytes))
            return false
        }
        let isChunked = !isEnded && (contentLength.isEmpty || isGRPC || announcesTrailers)
        if isChunked {
            queue.append("transfer-encoding: chunked\r\n")
        } else if !contentLength.isEmpty {
            queue.append("content-length: ")
            queue.append(contentLength)
            queue.append("\r\n")
        } else if saysNone {
            queue.append("content-length: 0\r\n")
        }
        queue.append("\r\n")
        return isChunked
    }

    /// Writes the end of a chunked body, with the fields as its trailers; `false` if they are too many for one.
    func writeTrailers(into queue: inout ByteQueue) -> Bool {
        guard lines.count < ChunkedDecoder.maximumTrailerBytes - 2 else { return false }
        queue.append("0\r\n")
        queue.append(lines)
        queue.append("\r\n")
        return true
    }

    /// The same, for the fields of a trailer section: those that must not stand there are left out.
    mutating func addTrailer(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        guard lines.count + name.count + value.count <= ChunkedDecoder.maximumTrailerBytes else {
            return isTooLarge = true
        }
        var trailer = TrailerName()
        for byte in name { trailer.append(byte) }
        if !trailer.isForbidden, name.first != UInt8(ascii: ":") { append(name, value) }
    }

    static func equal(_ bytes: UnsafeBufferPointer<UInt8>, _ name: StaticString) -> Bool {
        guard bytes.count == name.utf8CodeUnitCount, let first = bytes.baseAddress else { return false }
        return memcmp(first, name.utf8Start, bytes.count) == 0
    }

    private static func equalHosts(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.elementsEqual(right) { ByteClass.lowercased($0) == ByteClass.lowercased($1) }
    }
}
