/// The bytes that wait on streams of HTTP/2, on all connections of a loop together. Confined to its loop's thread.
///
/// Each stream has bounds of its own (``HTTP2Bounds``), but there may be very many. Beyond this one, a stream that
/// needs more is given up, as a connection of HTTP/1.1 is whose buffer the ``BufferPool`` has no room for.
package final class HTTP2Memory {
    package let maximumBytes: Int
    package private(set) var bytes = 0

    package init(maximumBytes: Int = .max) { self.maximumBytes = maximumBytes }

    var hasRoom: Bool { bytes < maximumBytes }

    func change(by count: Int) { bytes += count }
}
