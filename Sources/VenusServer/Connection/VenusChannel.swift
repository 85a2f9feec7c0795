import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket

/// One port for both: REST through Hummingbird, and the live socket by upgrading a connection's first request.
struct VenusChannel: ServerChildChannel, HTTPChannelHandler {
    /// What a connection turned out to be.
    enum Negotiated: Sendable {
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
        case live
        /// Answered with a problem already.
        case refused
    }

    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let negotiated: EventLoopFuture<Negotiated>
    }

    /// Who asked for the live socket, while the connection changes its protocol; confined to its loop.
    private enum Admission: Sendable {
        case notAsked
        case admitted(Principal)
        case refused(Problem)
    }

    /// `nil`: plain HTTP.
    let tls: ServerTLS?
    let responder: HTTPChannelHandler.Responder
    let access: AccessControl
    let client: ClientAddress
    let base: WebPath
    let hub: LiveHub
    let limits: LiveSessionStateMachine.Limits
    let idleTimeout: TimeAmount
    let firstRequestTimeout: TimeAmount

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            // A buffer of its first read stays with a connection, and thousands of live sockets say little.
            try channel.syncOptions?.setOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 1_024, maximum: 65_536))
            if let tls { try channel.pipeline.syncOperations.addHandler(tls.handler()) }
            let admission = NIOLoopBoundBox(Admission.notAsked, eventLoop: channel.eventLoop)
            var configuration = NIOUpgradableHTTPServerPipelineConfiguration(
                upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
                    upgraders: [upgrader(admission, logger)],
                    notUpgradingCompletionHandler: { channel in notUpgraded(channel, admission, logger) }))
            // NIOAsyncChannel takes requests one by one; the gate and Hummingbird answer bytes that are none.
            configuration.enablePipelining = false
            configuration.enableErrorHandling = false
            configuration.decoderConfiguration = ConnectionLimits.decoder
            let pipeline = channel.pipeline.syncOperations
            let negotiated = try pipeline.configureUpgradableHTTPServerPipeline(configuration: configuration)
            let upgradeHandler = try pipeline.handler(type: NIOTypedHTTPServerUpgradeHandler<Negotiated>.self)
            try pipeline.addHandler(
                FirstRequestGate(timeout: firstRequestTimeout, base: base), position: .before(upgradeHandler))
            return Value(channel: channel, negotiated: negotiated)
        }
    }

    private func upgrader(
        _ admission: NIOLoopBoundBox<Admission>, _ logger: Logger
    ) -> NIOTypedWebSocketServerUpgrader<Negotiated> {
        NIOTypedWebSocketServerUpgrader(
            maxFrameSize: limits.messageBytes,
            enableAutomaticErrorHandling: false,
            shouldUpgrade: { channel, head in
                channel.eventLoop.makeFutureWithTask { await admit(head, channel, logger) }.map { result in
                    switch result {
                    case .success(let principal):
                        admission.value = .admitted(principal)
                        return Self.acceptedSubprotocol(head)
                    case .failure(let problem):
                        admission.value = .refused(problem)
                        return nil
                    }
                }
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    guard case .admitted(let principal) = admission.value else {
                        preconditionFailure("only an admitted request is upgraded: see shouldUpgrade")
                    }
                    try hub.attach(channel, principal: principal, limits: limits, logger: logger)
                    return .live
                }
            })
    }

    private func admit(
        _ head: HTTPRequestHead, _ channel: any Channel, _ logger: Logger
    ) async -> Result<Principal, Problem> {
        do {
            let request = try HTTPRequest(head, secure: tls != nil, splitCookie: false)
            try access.checkHost(request)
            let peer = channel.remoteAddress?.host ?? "unknown"
            let address = client.address(peer: peer, fields: request.headerFields)
            let principal = try await access.authenticate(request, .listening, address: address, logger: logger)
            try principal.check(.reading)
            return .success(principal)
        } catch { return .failure(FailureReport.problem(for: error, logger: logger)) }
    }

    /// A client that offers subprotocols gets ours, never the one that carries its token.
    private static func acceptedSubprotocol(_ head: HTTPRequestHead) -> HTTPHeaders {
        let offered = Credentials.subprotocols(HTTPFields(head.headers, splitCookie: false))
        return offered.contains(Credentials.subprotocol)
            ? ["Sec-WebSocket-Protocol": Credentials.subprotocol] : [:]
    }

    private func notUpgraded(
        _ channel: any Channel, _ admission: NIOLoopBoundBox<Admission>, _ logger: Logger
    ) -> EventLoopFuture<Negotiated> {
        channel.eventLoop.makeCompletedFuture {
            switch admission.value {
            case .refused(let problem):
                ProblemWriter.write(problem, to: channel)
                return .refused
            case .notAsked, .admitted:
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(IdleStateHandler(allTimeout: idleTimeout))
                try pipeline.addHandler(StallCloser())
                try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: tls != nil))
                try pipeline.addHandler(HTTPConnectionStateHandler(logger: logger))
                return .http(
                    try NIOAsyncChannel(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)))
            }
        }
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskCancellationHandler {
            do {
                switch try await value.negotiated.get() {
                case .http(let channel):
                    await withTaskExecutorPreference(LoopExecutor(value.channel.eventLoop)) {
                        await handleHTTP(asyncChannel: channel, logger: logger)
                    }
                case .live, .refused: try await value.channel.closeFuture.get()
                }
            } catch {
                logger.trace("A connection ended before its first request", metadata: ["error": "\(error)"])
                try? await value.channel.close().get()
            }
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }
}
