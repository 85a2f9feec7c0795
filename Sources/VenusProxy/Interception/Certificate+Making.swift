import COpenSSL

/// While a certificate is being made, and before anybody else has it.
extension Certificate {
    /// Version 3 is written as 2 (RFC 5280, section 4.1.2.1).
    static let version3 = 2
    /// Longest common name that RFC 5280 allows.
    private static let maximumNameBytes = 64

    static func empty() throws(CertificateError) -> Certificate {
        guard let handle = X509_new() else { throw .openSSL("making a certificate") }
        return Certificate(owning: handle)
    }

    /// A name that is too long for a common name is left out: nobody looks for it there any more.
    func setSubject(organization: String, name: [UInt8]) -> Bool {
        let subject = X509_get_subject_name(handle)
        let organization = Array(organization.utf8)
        guard copenssl_append_name(subject, NID_organizationName, organization, Int32(organization.count)) else {
            return false
        }
        guard !name.isEmpty, name.count <= Self.maximumNameBytes else { return true }
        return copenssl_append_name(subject, NID_commonName, name, Int32(name.count))
    }

    func setNames(_ names: [SubjectName]) -> Bool {
        guard let list = copenssl_make_names() else { return false }
        defer { copenssl_free_names(list) }
        for name in names {
            switch name {
            case .host(let bytes):
                guard copenssl_push_name(list, false, bytes, Int32(bytes.count)) else { return false }
            case .address(let address):
                let bytes = (0..<(address.isIPv6 ? 16 : 4)).map { address.bytes[$0] }
                guard copenssl_push_name(list, true, bytes, Int32(bytes.count)) else { return false }
            }
        }
        return copenssl_append_names(handle, list)
    }
}
