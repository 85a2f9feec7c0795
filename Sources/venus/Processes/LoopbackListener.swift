import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import VenusServer

/// Waits on 127.0.0.1, at a port that was free, for what a browser brings back. It answers anything else with 404, so
/// that neither a favicon nor somebody else's page ends the waiting.
package enum LoopbackListener {
    /// Browsers open some that they do not use; of more, the next waits until an idle one is closed.
    package static let maximumConnections = 16
    package static let maximumHeadBytes = 8_192
    /// How long somebody may take to come back from GitHub.
    package static let patience = Duration.seconds(300)
    private static let idleTimeout = TimeAmount.seconds(2)
    /// The answer is small: whoever has not taken it by then does not read.
    private static let shutdownLimit = Duration.seconds(2)
    // It is a token: the name is valid.
    private static let referrerPolicy = HTTPField.Name("Referrer-Policy")!

    /// Returns once a request is the one that is waited for, and is answered; `nil` where none comes in time.
    ///
    /// - Parameters:
    ///   - challenge: see ``CommandLineReturn``.
    ///   - answer: what the browser shows then.
    ///   - isListening: gets the port; what it throws ends the waiting.
    package static func wait(
        for challenge: String, patience: Duration, answer: String, isListening: (Int) throws -> Void
    ) async throws -> BrowserReturn? {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let (returns, finding) = AsyncStream.makeStream(of: BrowserReturn.self, bufferingPolicy: .bufferingOldest(1))
        let responder = CallbackResponder { (request: Request, _: BasicRequestContext) in
            let found = request.method == .get ? BrowserReturn(target: request.uri.string, challenge: challenge) : nil
            if let found { finding.yield(found) }
            return Response(
                status: found == nil ? .notFound : .ok,
                headers: [
                    .contentType: "text/plain; charset=utf-8", .cacheControl: "no-store",
                    referrerPolicy: "no-referrer", .xContentTypeOptions: "nosniff",
                ], body: ResponseBody(byteBuffer: ByteBuffer(string: found == nil ? "" : answer)))
        }
        let logger = Logger(label: "venus") { _ in SwiftLogNoOpLogHandler() }
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: maximumHeadBytes, maxHeaderListSize: maximumHeadBytes)
        let application = Application(
            responder: responder,
            server: .http1(configuration: .init(idleTimeout: idleTimeout, httpDecoderConfiguration: decoder)),
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: 0),
                availableConnectionsDelegate: MaximumAvailableConnections(maximumConnections, logger: logger)),
            onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) }, logger: logger)
        var configuration = ServiceGroupConfiguration(services: [application], logger: logger)
        configuration.maximumGracefulShutdownDuration = shutdownLimit
        let group = ServiceGroup(configuration: configuration)
        async let serving: Void = {
            defer {
                port.finish()
                finding.finish()
            }
            do { try await group.run() } catch {
                throw CommandFailure("cannot listen on 127.0.0.1 for the browser: \(error)")
            }
        }()
        async let _: Void = {
            try? await Task.sleep(for: patience)
            finding.finish()
        }()
        if let port = await ports.first(where: { _ in true }) { try isListening(port) }
        let found = await returns.first { _ in true }
        // The browser gets its answer whole.
        await group.triggerGracefulShutdown()
        do { try await serving } catch { if found == nil { throw error } }
        return found
    }
}

/// What a browser brings back to a command line.
package enum BrowserReturn: Equatable, Sendable {
    case code(String)
    case refusal(String)

    /// `nil` for a target that is not the one that who has the challenge asked for.
    package init?(target: String, challenge: String) {
        guard let url = URLComponents(string: target), url.path == CommandLineReturn.path,
            let items = url.queryItems, items.count == 2,
            items.contains(URLQueryItem(name: "state", value: challenge)),
            let item = items.first(where: { $0.name != "state" }), let value = item.value
        else { return nil }
        switch item.name {
        case "code": self = .code(value)
        case "error": self = .refusal(value)
        default: return nil
        }
    }
}
