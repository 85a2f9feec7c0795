import CLinux
import Glibc

/// The calls on sockets, with errors as values. Descriptors are plain numbers: each belongs to one slot of one loop,
/// which closes it exactly once.
package enum Socket {
    /// What a read or write came to.
    package enum Transfer: Sendable {
        /// Bytes moved, at least one.
        case moved(Int)
        /// Nothing can be moved now.
        case wouldBlock
        /// The other side has ended its stream (reads only).
        case ended
        /// The connection is broken: a positive errno.
        case failed(Int32)
    }

    @inline(__always)
    static func receive(_ descriptor: Int32, into buffer: UnsafeMutablePointer<UInt8>, capacity: Int) -> Transfer {
        transfer(clinux_receive(descriptor, buffer, capacity))
    }

    @inline(__always)
    static func send(_ descriptor: Int32, _ bytes: UnsafePointer<UInt8>, count: Int) -> Transfer {
        transfer(clinux_send(descriptor, bytes, count))
    }

    static func splice(from source: Int32, to target: Int32, count: Int) -> Transfer {
        transfer(clinux_splice(source, target, count))
    }

    @inline(__always)
    static func transfer(_ result: Int) -> Transfer {
        if result > 0 { return .moved(result) }
        if result == 0 { return .ended }
        return result == -Int(EAGAIN) ? .wouldBlock : .failed(Int32(-result))
    }

    /// Whether nothing can be read from a connected socket and it has not ended.
    @inline(__always)
    static func isQuiet(_ descriptor: Int32) -> Bool { clinux_is_quiet(descriptor) != 0 }

    /// Starts a connection: a descriptor, or a negated errno.
    static func connect(to address: IPAddress, port: UInt16) -> Int32 {
        var native = address.native
        return clinux_connect(&native, port)
    }

    /// A listener: a descriptor, or a negated errno.
    static func listen(on address: IPAddress, port: UInt16, backlog: Int32) -> Int32 {
        var native = address.native
        return clinux_listen(&native, port, backlog)
    }

    static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    /// Closes with a reset: the other side cannot take it for a clean end.
    static func abort(_ descriptor: Int32) { clinux_close_with_reset(descriptor) }

    static func shutDownWriting(_ descriptor: Int32) { _ = clinux_shut_down_writing(descriptor) }

    /// The text of an errno for a log line.
    static func describe(_ error: Int32) -> String { String(cString: strerror(error)) }
}
