import CLinux
import Glibc

/// Short messages of one turn that go out together: by one call of io_uring where the system has it and lets us, else one
/// by one.
///
/// Each write over loopback wakes who reads it, who then often takes the processor of the one that writes: it finds one
/// message, and sleeps again. Within one call nobody does, so that those who are written to find many at once.
package struct SendBatch: ~Copyable {
    /// Messages that one call takes; more take several.
    package static let capacity = 64

    private struct Message {
        let descriptor: Int32
        let bytes: UnsafeBufferPointer<UInt8>
    }

    /// `nil`: one by one.
    private let ring: OpaquePointer?
    private var messages: [Message] = []
    private var results: [Int32] = []

    /// On the thread that sends. `byRing`: by io_uring, where that works.
    package init(byRing: Bool) {
        ring = byRing ? clinux_ring_create(UInt32(Self.capacity)) : nil
        messages.reserveCapacity(Self.capacity)
        results.reserveCapacity(Self.capacity)
    }

    deinit { if let ring { clinux_ring_destroy(ring) } }

    package var usesRing: Bool { ring != nil }

    /// What sending a message came to, by its place in the order of adding.
    @inline(__always)
    package func result(at place: Int) -> Socket.Transfer { Socket.transfer(Int(results[place])) }

    /// Has a socket sent these bytes, at least one, which stay where they are until then.
    @inline(__always)
    package mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32) {
        messages.append(Message(descriptor: descriptor, bytes: bytes))
    }

    /// Adds a message that fails.
    package mutating func addFailure() { add(UnsafeBufferPointer(start: nil, count: 0), to: -1) }

    /// Sends them all, those of a socket in their order.
    package mutating func send() {
        guard let ring, messages.count > 1 else {
            for message in messages {
                let bytes = message.bytes
                results.append(Int32(clamping: clinux_send(message.descriptor, bytes.baseAddress, bytes.count)))
            }
            return
        }
        while results.count < messages.count {
            let next = messages[results.count...].prefix(Self.capacity)
            for message in next {
                clinux_ring_add(ring, message.descriptor, message.bytes.baseAddress, message.bytes.count)
            }
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: next.count) { values in
                clinux_ring_send(ring, values.baseAddress)
                results.append(contentsOf: values)
            }
        }
    }

    package mutating func removeAll() {
        messages.removeAll(keepingCapacity: true)
        results.removeAll(keepingCapacity: true)
    }
}
