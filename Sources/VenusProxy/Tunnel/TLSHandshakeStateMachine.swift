package import VenusCore

/// A TLS handshake as it looks from between the two sides: when it ends, and how it fails.
///
/// Without I/O. In TLS 1.3 all but the hellos is encrypted and looks like application data: there it ends with the
/// client's Finished, told by its length.
package struct TLSHandshakeStateMachine: Sendable {
    /// What an input came to.
    package enum Progress: Sendable, Hashable {
        case goesOn
        /// The handshake is over, and data may follow.
        case ended
        /// There will be no data; `nil`: the client gave up in order.
        case failed(ErrorType?)
    }

    private enum Stage: UInt8, Sendable {
        case awaitingServerHello
        /// TLS 1.3 from the ServerHello on.
        case encrypted
        /// Before TLS 1.3, from the ServerHello on.
        case visible
    }

    private var stage = Stage.awaitingServerHello
    private let offered: OfferedProtocols
    private let hasEarlyData: Bool
    package private(set) var version: TLSVersion?
    package private(set) var guess: ApplicationProtocolGuess
    package private(set) var resumes = false
    private var finishedRecordBytes = 0
    /// The client has sent something of its flight that is not a Finished alone.
    private var hasClientFlight = false
    /// Who has changed its cipher, and who has sent its Finished after that (before TLS 1.3).
    private var changed: (client: Bool, server: Bool) = (false, false)
    private var finished: (client: Bool, server: Bool) = (false, false)

    /// `nil`: the client's hello could not be read.
    package init(_ hello: ClientHello?) {
        offered = hello?.protocols ?? []
        hasEarlyData = hello?.offersEarlyData ?? false
        guess = ApplicationProtocolGuess(offered: offered)
    }

    /// Whether the server's next handshake record is its hello.
    package var wantsServerHello: Bool { stage == .awaitingServerHello }

    package mutating func received(_ hello: ServerHello) {
        guard stage == .awaitingServerHello, !hello.isRetry else { return }
        version = hello.version
        if hello.version == .tls13 {
            stage = .encrypted
            finishedRecordBytes = hello.finishedRecordBytes
            resumes = hello.resumes
        } else {
            stage = .visible
            guess = ApplicationProtocolGuess(agreed: hello.applicationProtocol)
        }
    }

    /// A record of either side; `alert` is what it says if it is one that can be read.
    package mutating func record(
        _ record: TLSRecord, from side: TunnelStateMachine.Side, alert: TLSAlert?
    ) -> Progress {
        if record.content == .alert { return received(alert, from: side) }
        switch stage {
        case .awaitingServerHello:
            // Data before the server's hello is early data of the client, or no TLS that we know.
            return record.content == .applicationData && side == .dependency ? .failed(.tlsProtocolError) : .goesOn
        case .encrypted:
            guard record.content == .applicationData else { return .goesOn }
            return side == .client ? clientFlight(record.length) : serverFlight(record.length)
        case .visible: return visible(record.content, side)
        }
    }

    private mutating func received(_ alert: TLSAlert?, from side: TunnelStateMachine.Side) -> Progress {
        if let alert, alert.isWarning { return .goesOn }
        guard side == .client else { return .failed(.tlsAlertReceived) }
        guard let alert else { return .failed(.tlsProtocolError) }
        return .failed(alert.isClosing ? nil : alert.clientError)
    }

    private mutating func clientFlight(_ length: Int) -> Progress {
        if length == finishedRecordBytes { return .ended }
        if length == TLSAlert.encryptedBytes { return .failed(.tlsCertificateError) }
        // A certificate, or several messages in one record. Early data would look the same.
        if !hasEarlyData { hasClientFlight = true }
        return .goesOn
    }

    private mutating func serverFlight(_ length: Int) -> Progress {
        // The server is waiting for the client's flight: what it says now is no part of the handshake.
        if hasClientFlight { return .ended }
        guess.handshakeRecord(length, offered: offered)
        return .goesOn
    }

    private mutating func visible(_ content: TLSRecord.Content, _ side: TunnelStateMachine.Side) -> Progress {
        switch content {
        case .changeCipherSpec: if side == .client { changed.client = true } else { changed.server = true }
        case .handshake:
            if side == .client, changed.client { finished.client = true }
            if side == .dependency, changed.server { finished.server = true }
            if finished.client, finished.server { return .ended }
        // A client may send data before the server's Finished (RFC 7918).
        case .applicationData: return .ended
        case .alert: break
        }
        return .goesOn
    }
}
