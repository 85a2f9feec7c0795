import Foundation

/// A blocking TCP connection with a buffer for reading; for one thread at a time.
public final class TCPConnection: @unchecked Sendable {
    // @unchecked: every user confines it to one thread or task at a time; the descriptor itself never changes.
    let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isOpen = true

    /// - Parameter source: the address of this machine to come from; `nil`: the system's choice.
    public init(
        host: String = "127.0.0.1", port: Int, from source: String? = nil, timeout: Duration = .seconds(30)
    ) throws {
        // From here on `deinit` closes it, also where this fails.
        descriptor = try Socket.make(ipv6: host.contains(":"))
        if let source, !Socket.bind(descriptor, host: source, port: 0) { throw systemFailure("binding to \(source)") }
        Socket.setTimeout(descriptor, timeout)
        Socket.setNoDelay(descriptor)
        guard Socket.connect(descriptor, host: host, port: port) else {
            throw systemFailure("connecting to \(host):\(port)")
        }
    }

    init(accepted descriptor: Int32) {
        self.descriptor = descriptor
        Socket.setNoDelay(descriptor)
    }

    deinit { close() }

    public func close() {
        guard isOpen else { return }
        isOpen = false
        Glibc.close(descriptor)
    }

    /// Closes with a reset.
    public func reset() {
        resetWhenClosed()
        close()
    }

    /// Closing, later, will be a reset.
    func resetWhenClosed() {
        Socket.setReset(descriptor)
    }

    /// How long reading and writing wait.
    public func setTimeout(_ limit: Duration) { Socket.setTimeout(descriptor, limit) }

    /// Nothing happens where it is closed.
    public func shutdownWrite() { if isOpen { shutdown(descriptor, Int32(SHUT_WR)) } }

    /// Writes a few bytes and shuts the sending side, in one segment.
    public func writeLast(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_MORE)) == bytes.count
        else { throw systemFailure("writing") }
        shutdownWrite()
    }

    public func write(_ text: String) throws { try write(Array(text.utf8)) }

    public func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        var offset = 0
        while offset < bytes.count {
            let count = send(descriptor, bytes.baseAddress! + offset, bytes.count - offset, Int32(MSG_NOSIGNAL))
            if count < 0 {
                if errno == EINTR { continue }
                throw systemFailure("writing")
            }
            offset += count
        }
    }

    /// At least one byte, at most `maximum`; none at the end of the stream.
    public func read(maximum: Int = 65_536) throws -> [UInt8] {
        if !buffer.isEmpty {
            let taken = Array(buffer.prefix(maximum))
            buffer.removeFirst(taken.count)
            return taken
        }
        return try receive(maximum)
    }

    /// Everything up to and including `mark`; `nil` when the stream ends before it, or nothing at all comes.
    public func read(upTo mark: String, maximum: Int = 1 << 20) throws -> [UInt8]? {
        let mark = Array(mark.utf8)
        var searched = 0
        while true {
            if let end = buffer.firstEnd(of: mark, from: searched) {
                let taken = Array(buffer[..<end])
                buffer.removeFirst(end)
                return taken
            }
            guard buffer.count < maximum else { throw TestFailure("more than \(maximum) bytes without a mark") }
            searched = max(0, buffer.count - mark.count + 1)
            let more = try receive(65_536)
            if more.isEmpty { return nil }
            buffer += more
        }
    }

    /// Exactly `count` bytes, handed on piece by piece; returns how many came before the stream ended.
    public func read(exactly count: Int, _ piece: (UnsafeRawBufferPointer) -> Void) throws -> Int {
        var left = count
        while left > 0 {
            let bytes = try read(maximum: min(left, 262_144))
            if bytes.isEmpty { break }
            bytes.withUnsafeBytes(piece)
            left -= bytes.count
        }
        return count - left
    }

    private func receive(_ maximum: Int) throws -> [UInt8] {
        var failure: TestFailure?
        let bytes = [UInt8](unsafeUninitializedCapacity: maximum) { space, count in
            while true {
                let got = recv(descriptor, space.baseAddress, maximum, 0)
                if got < 0 && errno == EINTR { continue }
                if got < 0 {
                    failure =
                        errno == EAGAIN || errno == EWOULDBLOCK
                        ? TestFailure("reading: timed out") : systemFailure("reading")
                }
                count = max(0, got)
                return
            }
        }
        if let failure { throw failure }
        return bytes
    }
}

extension [UInt8] {
    /// The index after the first occurrence of `mark` at or after `start`.
    func firstEnd(of mark: [UInt8], from start: Int) -> Int? {
        withUnsafeBytes { bytes -> Int? in
            guard let base = bytes.baseAddress, let first = mark.first else { return nil }
            var offset = start
            while bytes.count - offset >= mark.count {
                let span = bytes.count - offset - mark.count + 1
                guard let found = memchr(base + offset, Int32(first), span) else { return nil }
                if memcmp(found, mark, mark.count) == 0 { return UnsafeRawPointer(found) - base + mark.count }
                offset = UnsafeRawPointer(found) - base + 1
            }
            return nil
        }
    }
}
