import Logging
import NIOCore
import NIOEmbedded
import NIOWebSocket
import Synchronization
import VenusServer
import VenusStore

/// A live socket in memory: what it is told is kept until somebody asks.
final class MemorySocket: Sendable {
    let channel: NIOAsyncTestingChannel
    private let bytes = Mutex<[UInt8]>([])

    init(_ hub: LiveHub, on loop: NIOAsyncTestingEventLoop) async throws {
        let channel = NIOAsyncTestingChannel(loop: loop)
        self.channel = channel
        try await loop.executeInContext {
            try channel.pipeline.syncOperations.addHandler(WebSocketFrameEncoder())
            try hub.attach(
                channel, principal: Principal(tokenHash: [1], kind: .session(.administrator, .admin), expiresAt: nil),
                limits: LiveSessionStateMachine.Limits(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
    }

    func send(_ text: String) async throws {
        try await channel.writeInbound(
            WebSocketFrame(fin: true, opcode: .text, maskKey: [0, 0, 0, 0], data: ByteBuffer(string: text)))
    }

    /// All that came, with the heads of its frames.
    func received() async throws -> [UInt8] {
        while let piece = try await channel.readOutbound(as: ByteBuffer.self) {
            bytes.withLock { $0.append(contentsOf: piece.readableBytesView) }
        }
        return bytes.withLock { $0 }
    }

    /// How many messages of this type came.
    func count(_ type: String) async throws -> Int {
        let text = String(decoding: try await received(), as: UTF8.self)
        return text.split(separator: "\"type\":\"\(type)\"", omittingEmptySubsequences: false).count - 1
    }

    func close() async throws { _ = try await channel.finish(acceptAlreadyClosed: true) }
}
