import Foundation
import TestSupport
import Testing
import venus

@Suite("The commented example, config/venus.yaml")
struct ExampleTests {
    private let example: String

    init() throws {
        let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst()
        example = try String(contentsOfFile: root + "/config/venus.yaml", encoding: .utf8)
    }

    /// The example with the comment marks of its keys removed, but for keys whose names `leaveOut` takes.
    private func uncommented(_ leaveOut: (Substring) -> Bool) -> String {
        example.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let content = line.drop { $0 == " " }
            guard content.first == "#", let first = content.dropFirst().first, first.isLetter else { return line }
            let name = content.dropFirst().prefix { $0 != ":" }
            return leaveOut(name) ? line : line.prefix(line.count - content.count) + content.dropFirst()
        }.joined(separator: "\n")
    }

    private func load(_ yaml: String) throws -> VenusConfiguration {
        let directory = try TemporaryDirectory("venus-example")
        return try VenusConfiguration.load(configFile: directory.write(yaml, to: "venus.yaml"), environment: [:])
    }

    @Test("as it is, it loads and sets nothing")
    func asItIs() throws {
        #expect(try load(example).entries.allSatisfy { $0.source == .default })
    }

    @Test("uncommented it sets every key there is, and the defaults that it shows are those that hold")
    func complete() throws {
        let direct = try load(uncommented { $0.hasSuffix("_file") })
        let set = Set(direct.entries.filter { $0.source != .default }.map(\.key.name))
        let directKeys = ConfigurationKey.all.map(\.name).filter { !$0.hasSuffix("_file") }
        #expect(set == Set(directKeys))

        let defaults = try load("stream: { url: redis://127.0.0.1:6379 }")
        let withoutDefault: Set<ConfigurationKey> = [
            .service, .instance, .announce, .proxyAuthentication, .proxyThreads, .proxyMaximumClientsPerAddress,
            .proxyUpstreams,
            .proxyNoProxy, .proxyDNSServer, .proxyDNSOverrides, .streamURL, .policyFile, .policyMode, .storeURL,
            .serverAllowPlainHTTP, .agentServer, .agentAllowPlainHTTP, .agentKey, .agentHost, .agentRoot,
            .agentIncludeInterfaces, .agentIncludeFileSystems,
            .agentPublish, .hostsBucket, .s3Endpoint, .s3Region, .s3Style, .s3AllowPlainHTTP,
            .alertsAllowedTargets, .alertsSMTPServer, .alertsSMTPFrom, .alertsSMTPUser, .alertsSMTPPassword,
            .gitHubClientID, .gitHubClientSecret, .gitHubURL, .gitHubAPIURL, .gitHubUsers,
            .gitHubOrganizations, .gitHubTeams, .serverSecret,
            .serverPublicURL, .serverAllowedHosts, .serverTrustedProxies, .serverCORSOrigins, .serverDashboard,
            .interceptionHosts,
            .interceptionPass, .interceptionTrust, .interceptionClientCertificates, .data,
        ]
        for entry in direct.entries where !withoutDefault.contains(entry.key) {
            #expect(defaults.entries.first { $0.key == entry.key }?.shown == entry.shown, "\(entry.key)")
        }
    }

    @Test("it names the keys that take secrets from files")
    func files() {
        let text = uncommented { _ in false }
        for name in ["url_file", "secret_file"] { #expect(text.contains("\n  \(name): ")) }
    }
}
