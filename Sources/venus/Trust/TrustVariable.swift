/// The variables by which programs are told whom to trust.
enum TrustVariable {
    /// Name a file that is read in the place of the system's: OpenSSL (Python, Ruby, PHP, aiohttp, httpx), Go and
    /// rustls; Python's requests; curl; the AWS SDKs; git; pip; cargo; Deno; gRPC's C core.
    static let bundles = [
        "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "GIT_SSL_CAINFO", "PIP_CERT",
        "CARGO_HTTP_CAINFO", "DENO_CERT", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    ]
    /// Names a file that is read beside its own: Node.js.
    static let extra = "NODE_EXTRA_CA_CERTS"
    /// Options of every Java program.
    static let java = "JAVA_TOOL_OPTIONS"
}
