import TestSupport
import Testing
import VenusProxy
import venus

@Suite("Interception in the configuration")
struct InterceptionTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory("venus-interception") }

    private func load(_ yaml: String, _ variables: [String: String] = [:]) throws -> VenusConfiguration.Interception {
        try VenusConfiguration.load(
            configFile: directory.write(yaml, to: "venus.yaml"), environment: variables
        ).interception
    }

    private func problem(_ yaml: String) throws -> String {
        do {
            _ = try load(yaml)
            return ""
        } catch let errors as ConfigurationErrors {
            return errors.description
        }
    }

    @Test("is off until a host is named")
    func off() throws {
        #expect(try !load("").isOn)
        #expect(try !load("interception: { pass: [a.example] }").isOn)
        #expect(try load("interception: { hosts: [a.example] }").isOn)
        #expect(try load("").pinLifetime == .seconds(7 * 86_400))
    }

    @Test("hosts, files and certificates are lists, from the file or from variables")
    func lists() throws {
        let yaml = """
            interception:
              hosts: [api.example.com, "*.shop.example", 10.0.0.0/8]
              pass: pay.shop.example
              trust: [/a.pem, /b.pem]
              client_certificates:
                - hosts: [api.example.com, b.example]
                  certificate: /c.pem
                  key: /c.key
              pin_lifetime: 1h
            """
        let fromFile = try load(yaml)
        #expect(fromFile.rules.hosts.map(\.text) == ["api.example.com", "*.shop.example", "10.0.0.0/8"])
        #expect(fromFile.rules.pass.map(\.text) == ["pay.shop.example"])
        #expect(fromFile.rules.trust == ["/a.pem", "/b.pem"])
        let certificate = try #require(fromFile.rules.clientCertificates.first)
        #expect(certificate.hosts.map(\.text) == ["api.example.com", "b.example"])
        #expect([certificate.certificate, certificate.key] == ["/c.pem", "/c.key"])
        #expect(fromFile.pinLifetime == .seconds(3_600))
        let fromVariables = try load(
            "",
            [
                "VENUS_INTERCEPTION_HOSTS": "api.example.com, *.shop.example,10.0.0.0/8",
                "VENUS_INTERCEPTION_PASS": "pay.shop.example", "VENUS_INTERCEPTION_TRUST": "/a.pem,/b.pem",
                "VENUS_INTERCEPTION_CLIENT_CERTIFICATES":
                    "[{hosts: [api.example.com, b.example], certificate: /c.pem, key: /c.key}]",
                "VENUS_INTERCEPTION_PIN_LIFETIME": "1h",
            ])
        #expect(fromVariables.rules == fromFile.rules)
        #expect(fromVariables.pinLifetime == fromFile.pinLifetime)
    }

    @Test(
        "what is wrong is named, with its key",
        arguments: [
            ("hosts: [https://a.example]", "interception.hosts"), ("hosts: [a b]", "a b"),
            ("pass: [10.0.0.0/40]", "10.0.0.0/40"), ("pin_lifetime: 5", "interception.pin_lifetime"),
            ("client_certificates: nonsense", "interception.client_certificates"),
            ("client_certificates: [{hosts: [a.example], certificate: /c.pem}]", "certificate and key"),
            ("client_certificates: [{hosts: [], certificate: /c.pem, key: /k}]", "hosts, certificate and key"),
            ("client_certificates: [{hosts: [\"*x\"], certificate: /c.pem, key: /k}]", "*x"),
            ("host: [a.example]", "did you mean interception.hosts"),
        ])
    func wrong(yaml: String, named: String) throws {
        let problem = try problem("interception: { \(yaml) }")
        #expect(problem.contains(named), "\(problem)")
    }
}
