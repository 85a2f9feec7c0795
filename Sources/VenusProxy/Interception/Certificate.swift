import COpenSSL

/// An X.509 certificate.
///
/// Sendable: the handle counts its references atomically, and nothing changes the certificate once it is made (what
/// OpenSSL works out later and keeps in it, it guards by a lock of its own).
package final class Certificate: @unchecked Sendable {
    /// OpenSSL's `X509 *`; as long as this object lives.
    package let handle: OpaquePointer

    /// Longer ones are not read: no certificate in use comes near.
    package static let maximumBytes = 64 << 10

    /// Takes over the caller's reference to an `X509 *`.
    package init(owning handle: OpaquePointer) { self.handle = handle }

    deinit { X509_free(handle) }

    package convenience init(der: [UInt8]) throws(CertificateError) {
        guard der.count <= Self.maximumBytes else { throw CertificateError(.content, "the certificate is too long") }
        let handle = der.withUnsafeBufferPointer { bytes in
            var place = bytes.baseAddress
            return d2i_X509(nil, &place, bytes.count)
        }
        guard let handle else {
            ERR_clear_error()
            throw CertificateError(.content, "it is no certificate in DER")
        }
        self.init(owning: handle)
    }

    /// Every certificate of a PEM text, in its order; what else there is in it is passed over. At most `most`.
    package static func all(pem: [UInt8], most: Int) -> [Certificate] {
        var result: [Certificate] = []
        withMemory(pem) { source in
            while result.count < most, let handle = PEM_read_bio_X509(source, nil, copenssl_no_password, nil) {
                result.append(Certificate(owning: handle))
            }
        }
        ERR_clear_error()
        return result
    }

    /// Has `body` read bytes through a BIO, which does not copy them; `nil` where there is no memory for one.
    @discardableResult
    static func withMemory<Result>(_ bytes: [UInt8], _ body: (OpaquePointer) -> Result?) -> Result? {
        bytes.withUnsafeBytes { bytes in
            guard let source = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
            defer { BIO_free(source) }
            return body(source)
        }
    }

    package func der() throws(CertificateError) -> [UInt8] {
        let length = i2d_X509(handle, nil)
        guard length > 0 else { throw .openSSL("encoding a certificate") }
        return [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
            var place = buffer.baseAddress
            // As long as the call before said: nothing changes a certificate.
            count = max(0, Int(i2d_X509(handle, &place)))
        }
    }

    package func pem() throws(CertificateError) -> [UInt8] {
        guard let memory = BIO_new(BIO_s_mem()) else { throw .openSSL("writing a certificate") }
        defer { BIO_free(memory) }
        guard PEM_write_bio_X509(memory, handle) == 1 else { throw .openSSL("writing a certificate") }
        return Self.bytes(of: memory)
    }

    /// SHA-256 of the DER, as 64 hexadecimal digits.
    package var fingerprint: String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard X509_digest(handle, EVP_sha256(), &digest, &count) == 1 else { return "" }
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: digest.prefix(Int(count)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The first and the last moment of its validity, in seconds since the epoch.
    package var validFrom: Int64 { copenssl_seconds(X509_get0_notBefore(handle)) }
    package var validUntil: Int64 { copenssl_seconds(X509_get0_notAfter(handle)) }

    /// Whether it may issue other certificates (RFC 5280, sections 4.2.1.3 and 4.2.1.9).
    package var isAuthority: Bool {
        X509_check_ca(handle) == 1 && X509_get_key_usage(handle) & UInt32(KU_KEY_CERT_SIGN) != 0
    }

    /// The names that it is for, from subjectAltName, as far as they could be hosts; at most `most`.
    package func names(most: Int) -> [SubjectName] {
        struct Found {
            var names: [SubjectName]
            var most: Int
        }
        var found = Found(names: [], most: most)
        withUnsafeMutablePointer(to: &found) { found in
            copenssl_each_name(handle, found) { context, isAddress, bytes, count in
                // The pointer from above, while the call lasts.
                let found = context!.assumingMemoryBound(to: Found.self)
                let text = UnsafeBufferPointer(start: bytes, count: count)
                if let name = isAddress ? SubjectName(addressBytes: text) : SubjectName(pattern: text) {
                    found.pointee.names.append(name)
                }
                return found.pointee.names.count < found.pointee.most
            }
        }
        return found.names
    }

    /// What was written into a memory BIO.
    static func bytes(of memory: OpaquePointer) -> [UInt8] {
        var start: UnsafePointer<UInt8>?
        let count = copenssl_memory(memory, &start)
        return Array(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}
