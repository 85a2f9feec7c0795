import HTTPTypes
import Testing
import VenusServer

@Suite("Telling browsers to come by https alone")
struct StrictTransportTests {
    private func says(_ host: String?, publicURL: String? = nil, isSecure: Bool = false) -> Bool {
        let transport = StrictTransport(
            publicURL: publicURL.flatMap { WebOrigin($0, allowingPath: true) },
            base: publicURL.map { WebPath(of: $0) } ?? WebPath(), isSecure: isSecure)
        var fields = HTTPFields()
        transport.add(to: &fields, for: host)
        return fields[.strictTransportSecurity] != nil
    }

    @Test("only where we speak TLS, or people reach us by https")
    func onlyByTLS() {
        #expect(says("venus.example", isSecure: true) && says("venus.example:443", isSecure: true))
        #expect(says("venus.example", publicURL: "https://venus.example"))
        #expect(says("VENUS.example", publicURL: "https://venus.example/"))
        #expect(!says("venus.example"))
        #expect(!says("venus.example", publicURL: "http://venus.example"))
        #expect(!says(nil, isSecure: true) && !says("a b", isSecure: true))
    }

    @Test("never of a host that others may share: addresses, localhost, another port, a path of a reverse proxy")
    func neverForOthers() {
        for host in ["127.0.0.1", "[::1]", "localhost", "venus.localhost", "venus.example:2248", "10.1.2.3:443"] {
            #expect(!says(host, isSecure: true), "\(host)")
        }
        #expect(!says("venus.example:8443", publicURL: "https://venus.example:8443"))
        #expect(!says("example.com", publicURL: "https://example.com/venus"))
        #expect(!says("example.com", publicURL: "https://example.com/venus", isSecure: true))
    }

    @Test("under another name than that of the public URL nobody knows how a request came")
    func anotherName() {
        #expect(!says("inside.example", publicURL: "https://venus.example"))
        #expect(!says("127.0.0.1:2248", publicURL: "https://venus.example"))
    }
}
