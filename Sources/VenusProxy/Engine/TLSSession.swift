import COpenSSL
import Glibc

/// One side of a TLS connection on a socket of the loop's, which reads the socket itself and hands over what has come.
///
/// A plain value that a slot carries; the loop gives it back by ``close(announcing:)``. Confined to its loop's thread.
struct TLSSession: Slotted {
    /// What epoll knows its connection by.
    var token = EventToken(.mailbox)
    /// How the stream of the other side came to its end.
    enum Ending: UInt8 {
        case none
        /// It said so.
        case announced
        case failed
    }

    /// OpenSSL's `SSL *`; as long as the slot is used.
    private var handle: OpaquePointer?
    /// What is behind the bytes that were handed over last.
    private(set) var ending = Ending.none
    /// Why the stream failed, where that is known.
    private(set) var fault: TLSFault?
    private(set) var isEstablished = false
    /// Whether a handshake goes on once the socket takes bytes.
    private(set) var wantsWrite = false
    /// Whether the end of the connection without a word before it is a plain end: what is inside has an end of its own.
    var takesPlainEnd = false

    /// `nil` without memory.
    static func open(_ context: TLSContext, on descriptor: Int32, window: borrowing TLSWindow) -> TLSSession? {
        var session = TLSSession()
        session.handle = window.method.flatMap { copenssl_open(context.handle, $0, window.pointer, descriptor) }
        return session.handle == nil ? nil : session
    }

    /// Valid between ``open(_:on:window:)`` and ``close(announcing:)``.
    private var ssl: OpaquePointer {
        guard let handle else { preconditionFailure("a session that was never opened, or is closed") }
        return handle
    }

    // MARK: Before the handshake

    /// Makes it the server's side; the protocol is agreed on if the client offers it. `false` without memory.
    func beServer(speaking wanted: ApplicationProtocol, showing leaf: LeafCertificate) -> Bool {
        SSL_set_accept_state(ssl)
        let number =
            switch wanted {
            case .http11: COPENSSL_HTTP11
            case .http2: COPENSSL_HTTP2
            case .undecided, .unnamed, .other: COPENSSL_NO_PROTOCOL
            }
        copenssl_set_wanted_protocol(ssl, Int32(number))
        return leaf.install(on: ssl)
    }

    /// Makes it the client's side, which insists on a certificate for the host: a name or an address, without brackets.
    /// `false` without memory, or for a host that can have no certificate.
    func beClient(of host: [UInt8], offersHTTP2: Bool, resuming session: TLSResumption?) -> Bool {
        SSL_set_connect_state(ssl)
        let text = String(decoding: host, as: UTF8.self)
        if let address = IPAddress(text)?.unmapped {
            let isExpected = withUnsafeBytes(of: address.bytes) { bytes in
                copenssl_expect_address(
                    ssl, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), address.isIPv6 ? 16 : 4)
            }
            guard isExpected else { return false }
        } else {
            // A final dot is no part of a name in a certificate or a hello (RFC 6066, section 3).
            let name = text.hasSuffix(".") ? String(text.dropLast()) : text
            guard copenssl_expect_host(ssl, name), copenssl_set_server_name(ssl, name) else { return false }
        }
        if let session { SSL_set_session(ssl, session.handle) }
        return copenssl_offer_protocols(ssl, offersHTTP2)
    }

    // MARK: The handshake

    enum Progress {
        /// It is done; so many bytes that came behind it lie in the buffer.
        case done(Int)
        /// Bytes of the other side are needed, or the socket has to take some.
        case waiting
        case failed(TLSFault)
    }

    /// Goes on with the handshake, with what is in the window. What comes behind it goes to `buffer`.
    mutating func shakeHands(
        _ window: borrowing TLSWindow, into buffer: UnsafeMutablePointer<UInt8>, capacity: Int
    ) -> Progress {
        wantsWrite = false
        switch TLSState(copenssl_shake_hands(ssl)) {
        case .done:
            isEstablished = true
            return .done(receive(window, into: buffer, capacity: capacity))
        case .wantsRead: return .waiting
        case .wantsWrite:
            // A flight is a few kilobytes: with more to read in spite of that, nobody knows where it would go.
            guard window.isEmpty else { return .failed(.malformed) }
            wantsWrite = true
            return .waiting
        case .ended: return .failed(.ended)
        case .failed:
            return .failed(TLSFault(reason: copenssl_take_reason(), verification: SSL_get_verify_result(ssl)))
        }
    }

    /// What the two sides have agreed to speak.
    var applicationProtocol: ApplicationProtocol {
        switch copenssl_protocol(ssl) {
        case Int32(COPENSSL_HTTP11): .http11
        case Int32(COPENSSL_HTTP2): .http2
        default: .unnamed
        }
    }

    /// The server's certificate, OpenSSL's `X509 *` with a reference for the caller; `nil` where it showed none.
    func takePeerCertificate() -> OpaquePointer? { SSL_get1_peer_certificate(ssl) }

    /// What a later session with the server could be resumed from.
    func resumption() -> TLSResumption? {
        guard let session = SSL_get1_session(ssl) else { return nil }
        guard SSL_SESSION_is_resumable(session) == 1 else {
            SSL_SESSION_free(session)
            return nil
        }
        return TLSResumption(owning: session)
    }

    var isResumed: Bool { SSL_session_reused(ssl) == 1 }

    // MARK: The stream

    /// Opens what is in the window, all of it: what was in it is never longer than it was, and what is left over of the
    /// window before.
    mutating func receive(_ window: borrowing TLSWindow, into buffer: UnsafeMutablePointer<UInt8>, capacity: Int) -> Int
    {
        var state: Int32 = 0
        let count = copenssl_receive(ssl, buffer, capacity, &state)
        switch TLSState(state) {
        case .wantsRead, .wantsWrite: break
        case .done: preconditionFailure("more was sealed than has come")
        case .ended: ending = .announced
        case .failed:
            ending = .failed
            fault = TLSFault(reason: copenssl_take_reason(), verification: 0)
        }
        return count
    }

    /// The connection has ended without a word.
    mutating func cutOff() { if ending == .none { ending = takesPlainEnd ? .announced : .failed } }

    mutating func send(_ bytes: UnsafePointer<UInt8>, count: Int) -> Socket.Transfer {
        guard ending != .failed else { return .failed(EPROTO) }
        var state: Int32 = 0
        let sent = copenssl_send(ssl, bytes, count, &state)
        switch TLSState(state) {
        case .done: return .moved(sent)
        case .wantsRead, .wantsWrite: return sent > 0 ? .moved(sent) : .wouldBlock
        case .ended, .failed:
            _ = copenssl_take_reason()
            ending = .failed
            return .failed(EPIPE)
        }
    }

    /// Says that nothing more will come (`close_notify`), as far as the socket takes it.
    func announceEnd() {
        guard isEstablished, ending != .failed else { return }
        SSL_shutdown(ssl)
        ERR_clear_error()
    }

    /// Gives the memory back. `announcing`: the socket is still open, and the other side learns that this is the end.
    mutating func close(announcing: Bool) {
        if announcing, SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN == 0 { announceEnd() }
        // Without a word OpenSSL would take the end for a failure, and spoil what could be resumed.
        if isEstablished { SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN) }
        SSL_free(ssl)
        handle = nil
    }
}

/// What OpenSSL says to a call.
private enum TLSState {
    case done, wantsRead, wantsWrite, ended, failed

    init(_ number: Int32) {
        switch Int(number) {
        case COPENSSL_DONE: self = .done
        case COPENSSL_WANTS_READ: self = .wantsRead
        case COPENSSL_WANTS_WRITE: self = .wantsWrite
        case COPENSSL_ENDED: self = .ended
        default: self = .failed
        }
    }
}
