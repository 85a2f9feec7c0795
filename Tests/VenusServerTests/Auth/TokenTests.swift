import Testing
import VenusServer

@Suite("Tokens")
struct TokenTests {
    @Test("a token is 256 random bits that do not show themselves")
    func random() {
        let token = Token.random()
        #expect(token.text.count == 43)
        #expect(token != Token.random())
        #expect("\(token)" == "Token(…)")
        #expect(Token(token.text) == token)
        #expect(token.hash.count == 32)
    }

    @Test(
        "what cannot be a token is not looked up",
        arguments: [
            "", "short", String(repeating: "a", count: 44), String(repeating: "=", count: 43),
            String(repeating: "a", count: 42) + "b",
        ])
    func unusable(text: String) { #expect(Token(text) == nil) }

    @Test("base64url holds any bytes and nothing else", arguments: 0..<40)
    func base64(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
        let text = Base64URL.encode(bytes)
        #expect(Base64URL.decode(text) == bytes)
        #expect(!text.contains("=") && !text.contains("+") && !text.contains("/"))
    }
}
