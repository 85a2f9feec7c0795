import HTTPTypes
import Testing
import VenusServer

@Suite("Credentials")
struct CredentialsTests {
    private let token = Token.random()

    @Test("come as bearer, subprotocol or cookie")
    func kinds() {
        #expect(Credentials([.authorization: "bEaReR \(token.text)"]) == .bearer(token))
        #expect(Credentials([.secWebSocketProtocol: "venus.v1, bearer.\(token.text)"]) == .subprotocol(token))
        #expect(Credentials([.cookie: "a=b; venus_session=\(token.text); c=d"]) == .cookie(token))
        #expect(Credentials([:]) == .none)
        #expect(Credentials([.cookie: "other=1"]) == .none)
        #expect(Credentials([.secWebSocketProtocol: "venus.v1"]) == .none)
    }

    @Test("the most explicit wins, even when it is unusable")
    func order() {
        let other = Token.random()
        #expect(
            Credentials([.authorization: "Bearer \(token.text)", .cookie: "venus_session=\(other.text)"])
                == .bearer(token))
        #expect(Credentials([.authorization: "Bearer nonsense", .cookie: "venus_session=\(other.text)"]) == .unusable)
        #expect(Credentials([.authorization: "Basic \(token.text)"]) == .unusable)
        #expect(Credentials([.cookie: "venus_session="]) == .unusable)
    }
}
