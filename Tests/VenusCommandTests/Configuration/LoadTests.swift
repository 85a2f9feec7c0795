import Foundation
import Logging
import TestSupport
import Testing
import VenusServer
import venus

@Suite("Loading the configuration")
struct LoadTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory("venus-configuration") }

    private func load(
        flags: [String: String] = [:], yaml: String? = nil, _ variables: [String: String] = [:]
    ) throws -> VenusConfiguration {
        let file = try yaml.map { try directory.write($0, to: "venus.yaml") }
        return try VenusConfiguration.load(flags: flags, configFile: file, environment: variables)
    }

    private func errors(
        flags: [String: String] = [:], yaml: String? = nil, _ variables: [String: String] = [:]
    ) throws -> [String] {
        do {
            _ = try load(flags: flags, yaml: yaml, variables)
            return []
        } catch let errors as ConfigurationErrors {
            return errors.errors.map { $0.description.replacing(directory.path + "/", with: "") }
        }
    }

    @Test("nothing given means the documented defaults")
    func defaults() throws {
        let configuration = try load(yaml: "", ["HOME": "/users/ada"])
        #expect(configuration.environment == "production")
        #expect(configuration.service == nil)
        #expect(configuration.instance == ProcessInfo.processInfo.hostName)
        #expect(configuration.proxy.listen.description == "127.0.0.1:2247")
        #expect(configuration.server.listen.description == "127.0.0.1:2248")
        #expect(configuration.proxy.callerPatience == .seconds(1))
        #expect(configuration.stream.url == nil)
        #expect(configuration.stream.prefix == "venus")
        #expect(configuration.stream.shards == 1)
        #expect(configuration.store.url == nil)
        #expect(configuration.data == "/users/ada/.local/state/venus")
        #expect(configuration.log.level == .info)
        #expect(configuration.log.format == .text)
        #expect(configuration.entries.count == ConfigurationKey.all.count)
        #expect(configuration.entries.allSatisfy { $0.source == .default })
    }

    @Test("callers need keys where there are some, or where other machines reach the proxy, unless somebody says no")
    func authentication() throws {
        #expect(try load(yaml: "").proxy.authentication == .none)
        for listen in ["localhost:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            #expect(try load(yaml: "proxy: { listen: '\(listen)' }").proxy.authentication == .none, "\(listen)")
        }
        let keys = try load(yaml: "proxy: { keys_file: keys }")
        #expect(keys.proxy.authentication == .keys && keys.proxy.keysFile == "keys")
        for listen in ["0.0.0.0:1", "[::]:1", "10.0.0.1:1", "127.1:1", "proxy.internal:1", "127.0.0.1.example:1"] {
            let yaml = "proxy:\n  listen: '\(listen)'\n"
            let refused = try errors(yaml: yaml)
            #expect(refused.count == 1)
            #expect(refused[0].hasPrefix("venus.yaml:2:11: proxy.listen: other machines can reach \(listen)"))
            #expect(refused[0].contains("proxy.keys_file") && refused[0].contains("proxy.authentication: none"))
            #expect(try load(yaml: yaml + "  keys_file: keys").proxy.authentication == .keys)
            #expect(try load(yaml: yaml + "  authentication: none").proxy.authentication == .none)
        }
        let noFile = try errors(yaml: "proxy: { authentication: keys }")
        #expect(noFile.count == 1 && noFile[0].contains("there are no keys; name their file by proxy.keys_file"))
        let both = try errors(yaml: "proxy: { authentication: none, keys_file: keys }")
        #expect(both.count == 1 && both[0].contains("keep one of the two"))
        #expect(try errors(yaml: "proxy: { authentication: maybe }")[0].contains("expected one of keys, none"))
    }

    @Test("the server is not started where other machines reach it without TLS, unless somebody says that it may")
    func plainHTTP() throws {
        for listen in ["localhost:1", "127.9.9.9:1", "[::1]:1"] {
            #expect(try load(yaml: "server: { listen: '\(listen)' }").refusalToServe == nil, "\(listen)")
        }
        for listen in ["0.0.0.0:1", "[::]:1", "10.0.0.1:1", "venus.internal:1", "127.0.0.1.example:1"] {
            let yaml = "server:\n  listen: '\(listen)'\n"
            let refusal = try #require(try load(yaml: yaml).refusalToServe)
            #expect(refusal.key == "server.listen" && refusal.place.hasSuffix("venus.yaml:2:11"))
            for way in ["ssh -L 1:127.0.0.1:1", "tls_certificate_file", "reverse proxy", "allow_plain_http: true"] {
                #expect(refusal.problem.contains(way))
            }
            #expect(try load(yaml: yaml + "  allow_plain_http: true").refusalToServe == nil)
            #expect(try load(yaml: yaml + "  allow_plain_http: false").refusalToServe != nil)
            let tls = try load(yaml: yaml + "  tls_certificate_file: /a.pem\n  tls_key_file: /a.key")
            #expect(tls.refusalToServe == nil)
            #expect(tls.server.tls?.certificate == "/a.pem" && tls.server.tls?.key == "/a.key")
        }
        for (one, other) in [("tls_certificate_file", "tls_key_file"), ("tls_key_file", "tls_certificate_file")] {
            let half = try errors(yaml: "server: { \(one): /a }")
            #expect(half.count == 1 && half[0].contains("server.\(one): server.\(other) is missing"))
        }
    }

    @Test("sign-in by way of GitHub has a client, its secret, and somebody who may come in")
    func gitHub() throws {
        #expect(try load(yaml: "").server.gitHub == nil)
        let yaml = "github:\n  client_id: Iv1.abc\n"
        let secret = ["VENUS_GITHUB_CLIENT_SECRET": "a secret of this test"]
        let hub = try #require(
            try load(
                yaml: yaml + "  users: [Ada=admin, 'id:7=viewer']\n  organizations: [acme=viewer]\n"
                    + "  teams: [acme/sre=operator]", secret
            ).server.gitHub)
        #expect(hub.url == "https://github.com" && hub.apiURL == "https://api.github.com")
        #expect(hub.grants.map(\.description) == ["ada=admin", "id:7=viewer", "acme=viewer", "acme/sre=operator"])
        let enterprise = try #require(
            try load(yaml: yaml + "  url: https://github.example.com/\n  users: [ada=admin]", secret).server.gitHub)
        #expect(enterprise.url == "https://github.example.com")
        #expect(enterprise.apiURL == "https://github.example.com/api/v3")
        let report = ConfigCheck.report(try load(yaml: yaml + "  users: [ada=admin]", secret))
        #expect(!report.contains("a secret of this test"))
        // The proxy reads the same file, and has no use for the secret.
        let bare = try load(yaml: yaml + "  users: [ada=admin]")
        #expect(bare.refusalToServe?.problem.hasPrefix("its secret is missing") == true && bare.server.gitHub == nil)
        for (wrong, variables, what) in [
            ("", secret, "nobody could sign in"),
            ("  users: [ada]", secret, "github.users"), ("  users: [ada=king]", secret, "viewer, operator or admin"),
            ("  teams: [acme=viewer]", secret, "github.teams"),
            ("  users: [ada=admin]\n  url: http://github.example.com", secret, "github.url"),
            ("  users: [ada=admin]\n  api_url: https://u:p@github.example.com", secret, "github.api_url"),
        ] as [(String, [String: String], String)] {
            let found = try errors(yaml: yaml + wrong, variables)
            #expect(found.contains { $0.contains(what) }, "\(wrong): \(found)")
        }
        #expect(try errors(yaml: "github: { users: [ada=admin] }")[0].contains("github.client_id is missing"))
    }

    @Test("a flag wins over a variable, a variable over the file, the file over the default")
    func precedence() throws {
        let yaml = "proxy:\n  listen: 127.0.0.1:1\n  caller_patience: 3s\nlog: { level: debug }\n"
        let variables = ["VENUS_PROXY_LISTEN": "127.0.0.1:2", "VENUS_PROXY_CALLER_PATIENCE": "4s"]
        let configuration = try load(flags: ["proxy.listen": "127.0.0.1:3"], yaml: yaml, variables)
        #expect(configuration.proxy.listen.port == 3)
        #expect(configuration.proxy.callerPatience == .seconds(4))
        #expect(configuration.log.level == .debug)
        #expect(configuration.source(of: .proxyListen) == .flag("--listen"))
        #expect(configuration.source(of: .proxyCallerPatience) == .variable("VENUS_PROXY_CALLER_PATIENCE"))
        #expect(
            configuration.source(of: .logLevel) == .file(path: directory.file("venus.yaml"), line: 4, column: 15))
        #expect(configuration.source(of: .streamPrefix) == .default)
    }

    @Test("an empty variable and an empty key are as good as absent")
    func empty() throws {
        let configuration = try load(yaml: "proxy:\nservice:\nstream:\n  url: ~\n", ["VENUS_LOG_LEVEL": ""])
        #expect(configuration.log.level == .info)
        #expect(configuration.service == nil)
        #expect(configuration.stream.url == nil)
    }

    @Test("numbers out of range or of another kind are refused", arguments: ["0", "-1", "257", "two", "1.5", "0x2"])
    func numbers(_ text: String) throws {
        #expect(try errors(["VENUS_PROXY_THREADS": text]).count == 1)
        #expect(try errors(["VENUS_STREAM_SHARDS": text]).count == 1)
    }

    @Test("the proxy's limits and its drain time have defaults and bounds")
    func proxyLimits() throws {
        let proxy = try load().proxy
        #expect(proxy.maximumClients == 20_000)
        #expect(proxy.maximumClientsPerAddress == nil)
        #expect(proxy.maximumTunnels == 15_000)
        #expect(proxy.drainTimeout == .seconds(10))
        let set = try load(yaml: "proxy: { max_clients_per_address: 5, max_tunnels: 7, drain_timeout: 30s }").proxy
        #expect(set.maximumClientsPerAddress == 5)
        #expect(set.maximumTunnels == 7)
        #expect(set.drainTimeout == .seconds(30))
        let bad = "proxy: { max_clients: 0, max_clients_per_address: none, max_tunnels: -1, drain_timeout: 10 }"
        #expect(try errors(yaml: bad).count == 4)
    }

    @Test("on Redis there are four shards unless told otherwise")
    func shards() throws {
        #expect(try load(yaml: "stream: { url: redis://h }").stream.shards == 4)
        #expect(try load(yaml: "stream: { url: redis://h, shards: 8 }").stream.shards == 8)
    }

    @Test("every error is told at once, with its place, its key and what would be right")
    func allErrors() throws {
        let yaml = """
            environment: staging
            proxi:
              listen: 127.0.0.1:1
            proxy:
              lisen: 127.0.0.1:1
              listen: localhost
              connect_timeout: 10
            server: on
            store:
              url: [a]
            """
        let found = try errors(
            flags: ["server.listen": "2248"], yaml: yaml, ["VENUS_LOG_LEVEL": "loud", "VENUS_PROXY_LITSEN": "x"])
        #expect(
            found == [
                "venus.yaml:2:1: proxi: there is no such key; did you mean proxy?",
                "venus.yaml:5:3: proxy.lisen: there is no such key; did you mean proxy.listen?",
                "venus.yaml:8:9: server: is a section; expected its keys, indented, on the lines below",
                "venus.yaml:10:8: store.url: expected one value, not a list",
                "VENUS_PROXY_LITSEN: there is no such variable; did you mean VENUS_PROXY_LISTEN?",
                "venus.yaml:6:11: proxy.listen: \"localhost\" is not valid; expected HOST:PORT, for example "
                    + "127.0.0.1:2247; an IPv6 address in brackets: [::1]:2247",
                "venus.yaml:7:20: proxy.connect_timeout: \"10\" is not valid; expected a time with its unit "
                    + "(us, ms, s, m, h, d) from 1ms to 1h, for example 10s",
                "--listen: server.listen: \"2248\" is not valid; expected HOST:PORT, for example 127.0.0.1:2248; "
                    + "an IPv6 address in brackets: [::1]:2248",
                "VENUS_LOG_LEVEL: log.level: \"loud\" is not valid; expected one of trace, debug, info, notice, "
                    + "warning, error, critical",
            ])
        #expect(ConfigurationErrors.exitCode == 78)
    }

    @Test("a name that is like no key gets the list of those there are")
    func listing() throws {
        #expect(
            try errors(yaml: "log: { zzzzzzzz: 1 }") == [
                "venus.yaml:1:8: log.zzzzzzzz: there is no such key; expected one of log.level, log.format"
            ])
    }

    @Test(
        "a file that is no configuration is refused with its place",
        arguments: [
            ("a: [", "venus.yaml:2:1: the file is not YAML"), ("just text", "venus.yaml:1:1: the file holds no keys"),
            ("- a\n- b", "venus.yaml:1:1: the file holds no keys"), ("data: a\ndata: b", "these keys are given twice"),
            ("\t", "the file is not YAML"), ("1: 2", "venus.yaml:1:1: 1: there is no such key"),
            ("data: &x a\nservice: { b: *x }", "service: expected a value, not further keys"),
        ])
    func notConfiguration(_ yaml: String, _ expected: String) throws {
        #expect(try errors(yaml: yaml).joined(separator: "\n").contains(expected))
    }

    @Test("a file that is named and missing is an error")
    func missing() {
        #expect(throws: ConfigurationErrors.self) {
            try VenusConfiguration.load(configFile: directory.file("no.yaml"), environment: [:])
        }
        #expect(throws: ConfigurationErrors.self) {
            try VenusConfiguration.load(environment: ["VENUS_CONFIG": directory.file("no.yaml")])
        }
    }

    @Test("no bytes in a file crash the reader")
    func garbage() throws {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array(#"{}[]:,&*!|>'"%@`#-? abproxy.listen\#n\#t"#.unicodeScalars)
        for _ in 0..<500 {
            let length = Int.random(in: 0..<60, using: &random)
            let yaml = String(
                String.UnicodeScalarView((0..<length).map { _ in alphabet.randomElement(using: &random)! }))
            _ = try errors(yaml: yaml)
        }
        try Data((0..<200).map { _ in UInt8.random(in: .min ... .max) }).write(
            to: URL(fileURLWithPath: directory.file("random.yaml")))
        _ = try? VenusConfiguration.load(configFile: directory.file("random.yaml"), environment: [:])
    }

    @Test("OpenTelemetry's variables name environment, service and instance, and ours win")
    func openTelemetry() throws {
        let otel = [
            "OTEL_SERVICE_NAME": "checkout",
            "OTEL_RESOURCE_ATTRIBUTES":
                "service.name=other, service.instance.id=i%2D1,deployment.environment.name=staging",
        ]
        let configuration = try load(yaml: "", otel)
        #expect(configuration.service == "checkout")
        #expect(configuration.instance == "i-1")
        #expect(configuration.environment == "staging")
        #expect(configuration.source(of: .service) == .variable("OTEL_SERVICE_NAME"))
        let ours = try load(yaml: "service: mine\n", otel.merging(["VENUS_ENVIRONMENT": "dev"]) { $1 })
        #expect(ours.service == "mine")
        #expect(ours.environment == "dev")
        #expect(try load(yaml: "", ["OTEL_RESOURCE_ATTRIBUTES": "service.name=a,broken"]).service == nil)
    }

    @Test(
        "names that would not be one are refused", arguments: [" ", "a\nb", " a", String(repeating: "x", count: 256)])
    func badNames(_ name: String) throws {
        #expect(try errors(["VENUS_SERVICE": name]).count == 1)
        #expect(try errors(["VENUS_ENVIRONMENT": "a/b"]).count == 1)
        #expect(try errors(["VENUS_SERVICE": "team/checkout"]).isEmpty)
    }

    @Test("lists may be YAML lists or separated by commas")
    func lists() throws {
        #expect(
            try load(yaml: "server: { allowed_hosts: [A.example, b.example] }").server.allowedHosts
                == ["a.example", "b.example"])
        #expect(
            try load(["VENUS_SERVER_ALLOWED_HOSTS": "a.example, b.example"]).server.allowedHosts
                == ["a.example", "b.example"])
        #expect(try errors(["VENUS_SERVER_ALLOWED_HOSTS": "http://a"]).count == 1)
        #expect(try errors(["VENUS_SERVER_ALLOWED_HOSTS": "a:8080"]).count == 1)
    }

    @Test("trusted proxies are addresses and networks")
    func trustedProxies() throws {
        #expect(
            try load(yaml: "server: { trusted_proxies: [127.0.0.1, \"fd00::/8\"] }").server.trustedProxies
                == ["127.0.0.1", "fd00::/8"])
        for bad in ["proxy.example", "10.0.0.0/33"] {
            #expect(try errors(["VENUS_SERVER_TRUSTED_PROXIES": bad]).count == 1)
        }
    }

    @Test("sites that may read the API are origins, never all of them")
    func corsOrigins() throws {
        #expect(
            try load(["VENUS_SERVER_CORS_ORIGINS": "https://a.example, http://localhost:3000"]).server.corsOrigins
                == ["https://a.example", "http://localhost:3000"])
        for bad in ["*", "null", "a.example", "https://a.example/x", "https://*.example"] {
            #expect(try errors(["VENUS_SERVER_CORS_ORIGINS": bad]).count == 1, "\(bad)")
        }
    }

    @Test("a public URL is a scheme, a host and perhaps a path, and nothing more")
    func publicURL() throws {
        for good in ["https://venus.example.com", "http://h:8080", "https://[::1]:1", "https://h/venus/a"] {
            #expect(try load(["VENUS_SERVER_PUBLIC_URL": good]).server.publicURL == good)
        }
        #expect(try load(["VENUS_SERVER_PUBLIC_URL": "https://h/"]).server.publicURL == "https://h")
        for bad in [
            "h", "ftp://h", "https://", "https://h//venus", "https://h/../x", "https://h/a b", "https://u@h",
            "https://h?x",
        ] {
            #expect(try errors(["VENUS_SERVER_PUBLIC_URL": bad]).count == 1)
        }
    }

    @Test("data goes to the state directory, or where it is told")
    func data() throws {
        #expect(try load(["XDG_STATE_HOME": "/state", "HOME": "/users/ada"]).data == "/state/venus")
        #expect(try load(["XDG_STATE_HOME": "relative", "HOME": "/users/ada"]).data == "/users/ada/.local/state/venus")
        #expect(try load(yaml: "data: ./venus-data").data == "./venus-data")
        #expect(try load().data.hasSuffix("/.local/state/venus"))
    }

    @Test("variables that Kubernetes sets for a service called venus are not ours")
    func serviceLinks() throws {
        let links = [
            "VENUS_SERVICE_HOST": "10.0.0.1", "VENUS_SERVICE_PORT": "2248", "VENUS_SERVICE_PORT_HTTP": "2248",
            "VENUS_PORT": "tcp://10.0.0.1:2248", "VENUS_PORT_2248_TCP": "tcp://10.0.0.1:2248",
            "VENUS_PORT_2248_TCP_PROTO": "tcp", "VENUS_PORT_2248_TCP_PORT": "2248",
            "VENUS_PORT_2248_TCP_ADDR": "10.0.0.1", "VENUS_SERVER_SERVICE_HOST": "10.0.0.2",
        ]
        #expect(try errors(links).isEmpty)
        #expect(try errors(["VENUS_PORT": "2248"]).count == 1)
    }
}
