import HTTPTypes
import Testing
import VenusServer

@Suite("Credentials")
struct CredentialsTests {
    private let token = Token.random()

    private func credentials(_ fields: HTTPFields) -> Credentials {
        Credentials(fields, cookieName: "venus_session")
    }

    @Test("come as bearer, subprotocol or cookie")
    func kinds() {
        #expect(credentials([.authorization: "bEaReR \(token.text)"]) == .bearer(token))
        #expect(credentials([.secWebSocketProtocol: "venus.v1, bearer.\(token.text)"]) == .subprotocol(token))
        #expect(credentials([.cookie: "a=b; venus_session=\(token.text); c=d"]) == .cookie(token))
        #expect(credentials([:]) == .none)
        #expect(credentials([.cookie: "other=1"]) == .none)
        #expect(credentials([.secWebSocketProtocol: "venus.v1"]) == .none)
    }

    @Test("the most explicit wins, even when it is unusable")
    func order() {
        let other = Token.random()
        #expect(
            credentials([.authorization: "Bearer \(token.text)", .cookie: "venus_session=\(other.text)"])
                == .bearer(token))
        #expect(credentials([.authorization: "Bearer nonsense", .cookie: "venus_session=\(other.text)"]) == .unusable)
        #expect(credentials([.authorization: "Basic \(token.text)"]) == .unusable)
        #expect(credentials([.cookie: "venus_session="]) == .unusable)
    }

    @Test("a key is known by its form")
    func keys() {
        let key = Token.randomKey()
        #expect(key.text.hasPrefix("venus_\(key.keyID ?? "none")_"))
        #expect(Token(key.text) == key)
        #expect(Token(key.text.dropLast() + "") == nil)
        #expect(Token(key.text.uppercased()) == nil)
        #expect(Token("venus_" + key.text) == nil)
        #expect(credentials([.authorization: "Bearer \(key.text)"]) == .bearer(key))
        #expect(token.keyID == nil)
    }

    @Test("the cookie of the other kind of connection counts for nothing")
    func otherCookie() {
        let fields: HTTPFields = [.cookie: "venus_session=\(token.text)"]
        #expect(Credentials(fields, cookieName: SessionCookie(isSecure: true).name) == .none)
        #expect(Credentials(fields, cookieName: SessionCookie(isSecure: false).name) == .cookie(token))
    }
}
