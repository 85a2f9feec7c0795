/// A place where programs look up whom to trust, and how the authority's certificate gets there.
struct TrustStore: Codable, Sendable {
    /// For whom: an operating system, a browser, a language.
    var name: String
    /// Shell commands, or lines to put somewhere; `venus-ca.pem` is the exported certificate.
    var steps: [String]

    /// What `venus ca export` is told to write, in the hints below.
    static let file = "venus-ca.pem"

    /// In the order in which to think of them: the system's first, since most programs use that.
    static let all: [TrustStore] = [
        TrustStore(
            name: "Debian, Ubuntu",
            steps: ["sudo cp \(file) /usr/local/share/ca-certificates/venus-ca.crt", "sudo update-ca-certificates"]),
        TrustStore(
            name: "RHEL, Fedora",
            steps: ["sudo cp \(file) /etc/pki/ca-trust/source/anchors/venus-ca.pem", "sudo update-ca-trust"]),
        TrustStore(
            name: "Alpine",
            steps: [
                "apk add ca-certificates", "cp \(file) /usr/local/share/ca-certificates/venus-ca.crt",
                "update-ca-certificates",
            ]),
        TrustStore(
            name: "macOS",
            steps: [
                "sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain \(file)"
            ]),
        TrustStore(name: "Windows (as administrator)", steps: ["certutil -addstore -f Root \(file)"]),
        TrustStore(
            name: "Chrome, Chromium on Linux",
            steps: [
                "certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n 'Venus CA' -i \(file)    # of libnss3-tools"
            ]),
        TrustStore(
            name: "Firefox (NSS)",
            steps: [
                "certutil -d sql:$HOME/.mozilla/firefox/PROFILE -A -t C,, -n 'Venus CA' -i \(file)",
                "or, to use the system's store: about:config, security.enterprise_roots.enabled = true",
            ]),
        TrustStore(
            name: "Java",
            steps: [
                "keytool -importcert -noprompt -cacerts -storepass changeit -alias venus-ca -file \(file)"
            ]),
        TrustStore(name: "Node.js", steps: ["export NODE_EXTRA_CA_CERTS=$PWD/\(file)"]),
        TrustStore(
            name: "Python: requests, httpx, aiohttp, pip",
            steps: [
                "export SSL_CERT_FILE=BUNDLE REQUESTS_CA_BUNDLE=BUNDLE PIP_CERT=BUNDLE"
                    + "    # BUNDLE: venus ca export --format bundle"
            ]),
        TrustStore(name: "Go, Ruby", steps: ["export SSL_CERT_FILE=BUNDLE, or the system's store"]),
        TrustStore(
            name: "Rust (rustls, cargo)", steps: ["export SSL_CERT_FILE=BUNDLE CARGO_HTTP_CAINFO=BUNDLE"]),
        TrustStore(name: "git", steps: ["git config --global http.sslCAInfo BUNDLE"]),
        TrustStore(name: "curl", steps: ["export CURL_CA_BUNDLE=BUNDLE, or curl --cacert BUNDLE"]),
        TrustStore(name: "AWS SDKs and command line", steps: ["export AWS_CA_BUNDLE=BUNDLE"]),
        TrustStore(name: "gRPC (C core: Python, Ruby, PHP)", steps: ["export GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=BUNDLE"]),
        TrustStore(
            name: "Docker images (Debian)",
            steps: [
                "COPY \(file) /usr/local/share/ca-certificates/venus-ca.crt", "RUN update-ca-certificates",
                "or for one container: venus run -- docker run IMAGE",
            ]),
    ]

    /// For people.
    static var lines: [String] {
        [
            "So that clients trust it:", "",
            "  venus ca export --output \(file)", "  venus ca export --format bundle --output BUNDLE", "",
            "`venus run` tells the command that it runs by itself. Of the others, those that apply:",
        ]
            + all.flatMap { store in ["", "  \(store.name)"] + store.steps.map { "    \($0)" } }
    }
}
