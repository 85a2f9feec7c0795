import NIOCore

/// A view's newest state, encoded once for all its subscribers: the buffers are shared, not copied.
struct LiveEncoding: Sendable {
    let position: LivePosition
    let snapshot: ByteBuffer
    let update: ByteBuffer
    /// All but `at`: what tells whether anything changed.
    let rest: [UInt8]
    /// When it was encoded: a view that does not change is still sent now and then, so that `at` tells its age.
    let encodedAt: ContinuousClock.Instant

    init(view: View, position: LivePosition, data: RenderedView, now: ContinuousClock.Instant) throws {
        self.position = position
        snapshot = ByteBuffer(
            bytes: try LiveMessages.data(type: "snapshot", view: view, position: position, data: data))
        update = ByteBuffer(bytes: try LiveMessages.data(type: "update", view: view, position: position, data: data))
        rest = data.rest
        encodedAt = now
    }
}
