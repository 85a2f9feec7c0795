package import Logging
package import NIOCore

extension LiveHub {
    /// Makes a channel that speaks WebSocket a live socket of this server. On the channel's loop.
    package func attach(
        _ channel: any Channel, principal: Principal, limits: LiveSessionStateMachine.Limits, logger: Logger
    ) throws {
        let handler = LiveSocketHandler(hub: self, principal: principal, limits: limits, logger: logger)
        try channel.pipeline.syncOperations.addHandler(handler)
        let most = LiveSocketHandler.maximumWaitingBytes
        try channel.syncOptions?.setOption(.writeBufferWaterMark, value: .init(low: most / 2, high: most))
    }
}
