import COpenSSL

/// What is wrong with the certificate that a server showed.
package enum CertificateFault: UInt8, Sendable, CaseIterable {
    case expired
    case notYetValid
    /// It is for other names or addresses.
    case wrongHost
    case selfSigned
    /// Its chain ends in an authority that signed itself and is not trusted.
    case untrustedAuthority
    /// Its chain does not lead to an authority that is trusted.
    case unknownIssuer
    case revoked
    /// It, or an authority of its chain, is for another purpose.
    case wrongPurpose
    /// An authority of its chain is bound to other names (RFC 5280, section 4.2.1.10).
    case outOfBounds
    /// Its key or its signature is too weak.
    case weak
    case other

    /// `result`: of OpenSSL's verification, `X509_V_ERR_…`.
    package init(verification result: Int) {
        self =
            switch Int32(clamping: result) {
            case X509_V_ERR_CERT_HAS_EXPIRED: .expired
            case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid
            case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: .wrongHost
            case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: .selfSigned
            case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: .untrustedAuthority
            case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_UNTRUSTED:
                .unknownIssuer
            case X509_V_ERR_CERT_REVOKED: .revoked
            case X509_V_ERR_INVALID_CA, X509_V_ERR_INVALID_PURPOSE, X509_V_ERR_PATH_LENGTH_EXCEEDED,
                X509_V_ERR_CERT_REJECTED:
                .wrongPurpose
            case X509_V_ERR_PERMITTED_VIOLATION, X509_V_ERR_EXCLUDED_VIOLATION: .outOfBounds
            case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL, X509_V_ERR_CA_MD_TOO_WEAK: .weak
            default: .other
            }
    }

    /// For people, in an answer or a log line: what is wrong, and what to do. Holds nothing of the certificate.
    package var explanation: StaticString {
        switch self {
        case .expired: "the host's certificate has expired"
        case .notYetValid: "the host's certificate is not valid yet; check this machine's clock"
        case .wrongHost: "the host's certificate is for another host name"
        case .selfSigned: "the host's certificate is self-signed; add it to interception.trust if it is right"
        case .untrustedAuthority:
            "the host's certificate has a self-signed authority that is not trusted; add that to interception.trust"
        case .unknownIssuer:
            "the issuer of the host's certificate is not known; add its authority to interception.trust if it is right"
        case .revoked: "the host's certificate is revoked"
        case .wrongPurpose: "the host's certificate, or an authority of its, is not for this purpose"
        case .outOfBounds: "an authority of the host's certificate may not issue it for this host"
        case .weak: "the host's certificate has a key or a signature that is too weak"
        case .other: "the host's certificate could not be verified"
        }
    }
}
