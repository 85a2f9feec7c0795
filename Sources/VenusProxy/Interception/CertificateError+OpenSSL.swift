import COpenSSL

extension CertificateError {
    /// OpenSSL failed at something that only fails for want of memory or randomness; its own reason goes with it.
    static func openSSL(_ what: String) -> CertificateError {
        let code = ERR_get_error()
        ERR_clear_error()
        let reason = ERR_reason_error_string(code).map { String(cString: $0) } ?? "no reason given"
        return CertificateError(.resources, "OpenSSL failed at \(what): \(reason)")
    }
}
