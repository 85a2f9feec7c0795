import COpenSSL
package import VenusCore

/// Why a handshake came to nothing.
package enum TLSFault: Sendable, Hashable {
    /// The server's certificate is not good.
    case certificate(CertificateFault)
    /// The other side gave up, and said so by an alert of this number (RFC 8446, section 6).
    case alert(UInt8)
    /// What came is no TLS, or breaks its rules.
    case malformed
    /// The connection ended or broke in the middle.
    case ended
    /// It took too long.
    case timedOut
    /// There is no memory for a session.
    case exhausted

    /// `reason`: the first error that OpenSSL noted. `verification`: its result for the certificate.
    init(reason: Int32, verification: Int) {
        if reason == SSL_R_CERTIFICATE_VERIFY_FAILED {
            self = .certificate(CertificateFault(verification: verification))
        } else if reason >= SSL_AD_REASON_OFFSET, reason < SSL_AD_REASON_OFFSET + 256 {
            self = .alert(UInt8(truncatingIfNeeded: reason - SSL_AD_REASON_OFFSET))
        } else {
            self = .malformed
        }
    }

    /// Of a call to the dependency.
    package var errorType: ErrorType {
        switch self {
        case .certificate: .tlsCertificateError
        case .alert: .tlsAlertReceived
        case .malformed: .tlsProtocolError
        case .ended: .connectionTerminated
        case .timedOut: .connectionTimeout
        case .exhausted: .proxyInternalError
        }
    }

    /// Whether a client says by it that it does not trust the certificate which it was shown: bad, unsupported,
    /// revoked, expired or unknown certificate, unknown authority.
    package var rejectsCertificate: Bool {
        guard case .alert(let number) = self else { return false }
        return (42...46).contains(number) || number == 48
    }
}
