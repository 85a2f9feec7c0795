import Foundation
import Testing
import VenusProxy

@Suite("The names of a leaf")
struct LeafNamesTests {
    private let authority: CertificateAuthority
    private let key: PrivateKey
    private let now = Int64(Date().timeIntervalSince1970)

    init() throws {
        authority = try .make(label: "origin", now: now)
        key = try .make()
    }

    @Test("a host's name is in lower case, without a final dot; an address is one; other texts are neither")
    func hosts() {
        #expect(name("API.Example.COM.") == .host(Array("api.example.com".utf8)))
        #expect(name("xn--bcher-kva.example") == .host(Array("xn--bcher-kva.example".utf8)))
        #expect(name("10.1.2.3")?.text == "10.1.2.3")
        #expect(name("::ffff:10.1.2.3") == name("10.1.2.3"))
        #expect(name("2001:DB8::1")?.text == "2001:db8::1")
        for text in ["", ".", "a..b", "a b", "*", "*.example.com", "[::1]", "a\u{0}b", "ü.example"] {
            #expect(name(text) == nil, "\(text)")
        }
    }

    @Test(
        "a wildcard stands for one label",
        arguments: [
            ("*.example.com", "api.example.com", true), ("*.example.com", "example.com", false),
            ("*.example.com", "a.b.example.com", false), ("*.example.com", ".example.com", false),
            ("api.example.com", "api.example.com", true), ("api.example.com", "apis.example.com", false),
            ("*.2.3.4", "1.2.3.4", false),
        ])
    func covers(pattern: String, host: String, expected: Bool) throws {
        let covering = SubjectName.host(Array(pattern.utf8))
        #expect(covering.covers(name(host) ?? .host(Array(host.utf8))) == expected)
    }

    @Test("those of the origin's certificate are taken over where they are for the host")
    func fromOrigin() throws {
        let origin = try certificate("*.example.com", "example.com", "10.1.2.3")
        let api = try #require(name("api.example.com"))
        #expect(LeafNames(host: api, origin: origin).names.map(\.text) == ["*.example.com", "example.com", "10.1.2.3"])
        // Two hosts behind one certificate share one leaf.
        let other = try #require(name("other.example.com"))
        #expect(LeafNames(host: api, origin: origin) == LeafNames(host: other, origin: origin))
        #expect(try LeafNames(host: #require(name("10.1.2.3")), origin: origin).names.count == 3)
    }

    @Test("a certificate for others, or with too many names, leaves the host alone")
    func hostAlone() throws {
        let api = try #require(name("api.example.com"))
        #expect(LeafNames(host: api).names == [api])
        #expect(LeafNames(host: api, origin: try certificate("other.example")).names == [api])
        let many = (0..<200).map { "host-\($0).example" } + ["api.example.com"]
        #expect(LeafNames(host: api, origin: try certificate(many)).names == [api])
        let first = try certificate(["api.example.com"] + many)
        #expect(LeafNames(host: api, origin: first).names.count == LeafNames.maximumNames)
        let long = (0..<90).map { "\($0)." + String(repeating: "a", count: 60) + ".example" } + ["api.example.com"]
        #expect(LeafNames(host: api, origin: try certificate(long)).names == [api])
    }

    private func name(_ text: String) -> SubjectName? { SubjectName(host: Array(text.utf8)) }

    private func certificate(_ names: String...) throws -> Certificate { try certificate(names) }

    /// One for several names, made the way in which leaves are.
    private func certificate(_ names: [String]) throws -> Certificate {
        let subjects = names.map { name($0) ?? .host(Array($0.utf8)) }
        return try authority.issue(for: LeafNames(names: subjects), key: key, now: now)
    }
}
