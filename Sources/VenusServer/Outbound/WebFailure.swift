import NIOSSL

/// Why a server gave no answer. Holds nothing of what was sent.
package enum WebFailure: Error, Sendable, Equatable, CustomStringConvertible {
    case cannotConnect
    /// Nobody answers where the proxy should be, or what does is none.
    case noProxy
    /// The proxy gave this status instead of a tunnel.
    case proxyRefused(Int)
    /// None of its addresses may be dialled.
    case prohibited
    /// The certificates that are to be believed cannot be read.
    case noTrust(String)
    /// The certificate is for another name.
    case certificateForOther
    /// From no authority that is trusted, or out of date.
    case certificateNotTrusted
    case noTLS
    /// The connection ended, or what came is no HTTP.
    case brokenOff
    case tooLarge
    case timedOut

    package var description: String {
        switch self {
        case .cannotConnect: "nobody answers there"
        case .noProxy: "the proxy on the way there gives no answer that one gives"
        case .proxyRefused(let status): "the proxy on the way there refused, with status \(status)"
        case .prohibited: "its address is none that may be dialled"
        case .noTrust(let what): "no certificates can be read in \(what)"
        case .certificateForOther: "its certificate is for another name"
        case .certificateNotTrusted: "its certificate is from no authority that is trusted here, or out of date"
        case .noTLS: "it does not speak TLS"
        case .brokenOff: "it broke off its answer"
        case .tooLarge: "its answer is too large"
        case .timedOut: "it took too long"
        }
    }

    /// What an error on a connection means.
    init(of error: any Error) {
        if let failure = error as? WebFailure {
            self = failure
        } else if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
            self = .certificateForOther
        } else {
            let text = "\(error)"
            if text.contains("CERTIFICATE_VERIFY_FAILED") {
                self = .certificateNotTrusted
            } else if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
                self = .noTLS
            } else {
                self = .brokenOff
            }
        }
    }
}
