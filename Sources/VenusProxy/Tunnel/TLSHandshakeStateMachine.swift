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
        /// It was over with the record before of this side: this one is data.
        case endedBefore
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
    /// Bytes by which the client pads each of its records (TLS 1.3).
    package private(set) var clientPadding = 0
    /// Bytes of records with early data (RFC 8446, section 4.2.10): a request that does not wait for the handshake.
    package private(set) var earlyDataBytes: UInt64 = 0
    /// The dependency has answered the early data before the handshake was over.
    package private(set) var isEarlyDataAnswered = false
    private var serverRecords = 0
    private var hasServerFinished = false
    /// The client has sent something of its flight that is not a Finished alone.
    private var hasClientFlight = false
    /// What came last of it was a signature, or a part of a message: the Finished is still to come.
    private var isFinishedDue = false
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
            guard record.content == .applicationData else { return .goesOn }
            // Data before the server's hello is early data of the client, or no TLS that we know.
            guard side == .client else { return .failed(.tlsProtocolError) }
            noteEarlyData(record.length)
            return .goesOn
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
        for padding in stride(from: 0, through: Self.javaPadding, by: Self.javaPadding) {
            // Alone, or behind the message of a client that was asked for a certificate and has none, or behind its
            // signature.
            let more = length - padding - finishedRecordBytes
            let isFinished = more == 0 || more == Self.noCertificateBytes
            if isFinished || hasClientFlight && Self.isSignature(more + Self.recordOverhead) {
                clientPadding = padding
                return .ended
            }
        }
        if hasClientFlight, !isFinishedDue, !Self.isSignature(length) { return .endedBefore }
        if length == TLSAlert.encryptedBytes || length == TLSAlert.encryptedBytes + Self.javaPadding {
            return .failed(.tlsCertificateError)
        }
        // A certificate, or several messages in one record. Early data would look the same.
        guard !hasEarlyData else {
            noteEarlyData(length)
            return .goesOn
        }
        isFinishedDue = hasClientFlight || length == Self.noCertificateRecordBytes || length >= Self.fullRecordBytes
        hasClientFlight = true
        return .goesOn
    }

    /// Java pads each encrypted record by so many bytes (RFC 8446, section 5.4).
    private static let javaPadding = 16
    /// The Certificate message of a client without one, and the record of it alone.
    private static let noCertificateBytes = 8
    private static let noCertificateRecordBytes = noCertificateBytes + recordOverhead
    /// The content's type and a tag.
    private static let recordOverhead = 17
    /// A message goes on in the next record.
    private static let fullRecordBytes = 16_384

    /// Whether a record has the length of a CertificateVerify message alone: eight bytes and the signature, and what
    /// encryption adds. It follows a certificate that has a record of its own.
    private static func isSignature(_ length: Int) -> Bool {
        switch length - 8 - recordOverhead {
        // RSA of 2,048 to 4,096 bits and 8,192; Ed25519; Ed448; ECDSA with P-256, P-384, P-521, whose length varies.
        case 256, 384, 512, 1_024, 64, 114, 68...72, 100...104, 135...139: true
        default: false
        }
    }

    private mutating func noteEarlyData(_ length: Int) {
        // Its end is a message of the handshake (RFC 8446, section 4.5).
        if hasEarlyData, length != Self.endOfEarlyDataRecordBytes {
            earlyDataBytes += UInt64(TLSRecord.headerBytes + length)
        }
    }

    private static let endOfEarlyDataRecordBytes = 4 + recordOverhead

    private mutating func serverFlight(_ length: Int) -> Progress {
        // The server is waiting for the client's flight: what it says now is no part of the handshake.
        if hasClientFlight { return .ended }
        guess.handshakeRecord(length, offered: offered)
        if hasServerFinished, resumes, earlyDataBytes > 0, length != finishedRecordBytes { isEarlyDataAnswered = true }
        // Where a session goes on, the Finished follows EncryptedExtensions, often in the same record.
        if length == finishedRecordBytes || serverRecords == 0 && length > finishedRecordBytes {
            hasServerFinished = true
        }
        serverRecords += 1
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
