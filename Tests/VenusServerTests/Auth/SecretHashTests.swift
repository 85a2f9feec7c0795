import Testing
import VenusServer

@Suite("The secret's hash")
struct SecretHashTests {
    @Test("whoever is not there is asked for by as much work as whoever is")
    func nobody() {
        #expect(SecretHash.ofNobody().text.hasPrefix("scrypt$\(SecretHash.defaultCostExponent)$"))
    }

    @Test("verifies the secret and no other, also after it was stored")
    func verifies() throws {
        let hash = try SecretHash(secret: "correct horse", costExponent: 10)
        #expect(try hash.verifies("correct horse"))
        #expect(try !hash.verifies("correct horsf"))
        #expect(try !hash.verifies(""))
        let stored = try #require(SecretHash(hash.text))
        #expect(try stored.verifies("correct horse"))
        #expect(!hash.text.contains("horse"))
        #expect(try SecretHash(secret: "correct horse", costExponent: 10).text != hash.text)
    }

    @Test("a damaged hash is none", arguments: ["", "scrypt$15$AAAA$AAAA", "bcrypt$1$2$3", "scrypt$99$$", "a$b$c$d$e"])
    func damaged(text: String) { #expect(SecretHash(text) == nil) }
}
