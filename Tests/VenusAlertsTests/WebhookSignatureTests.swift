import Foundation
import Testing
import VenusAlerts

@Suite("Signatures of Standard Webhooks")
struct WebhookSignatureTests {
    /// A receiver by the specification's words, with nothing but Python's own library: takes the secret, the headers
    /// and the body's file, and exits with 1 where no signature is good.
    private static let receiver = """
        import base64, hashlib, hmac, sys
        secret, id, timestamp, signatures, now, path = sys.argv[1:]
        assert secret.startswith('whsec_')
        key = base64.b64decode(secret[len('whsec_'):], validate=True)
        assert 24 <= len(key) <= 64
        assert '.' not in id and abs(int(now) - int(timestamp)) <= 300
        body = open(path, 'rb').read()
        expected = hmac.new(key, id.encode() + b'.' + timestamp.encode() + b'.' + body, hashlib.sha256).digest()
        good = 0
        for signature in signatures.split(' '):
            version, value = signature.split(',', 1)
            assert version == 'v1'
            good += hmac.compare_digest(base64.b64decode(value, validate=True), expected)
        print('good' if good == 1 else 'bad')
        """

    private func verify(
        _ secret: WebhookSecret, signedBy secrets: [WebhookSecret], body: [UInt8], tampered: Bool = false
    ) throws -> Bool {
        let headers = try #require(
            WebhookSignature.headers(id: "msg_1", at: 1_700_000_000, body: body, secrets: secrets))
        #expect(headers.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(tampered ? body + [32] : body).write(to: file)
        let answer = try Python.run(
            Self.receiver, [secret.text] + headers.map(\.value) + ["1700000100", file.path])
        return answer == "good\n"
    }

    @Test("a receiver in Python verifies every body, and refuses a changed one")
    func python() throws {
        let secret = WebhookSecret.random()
        for message in [Messages.plain, Messages.message(name: Messages.hostile[6]), .test(id: "t", at: 0)] {
            let body = Receiver.webhook.body(of: message)
            #expect(try verify(secret, signedBy: [secret], body: body))
            #expect(try !verify(secret, signedBy: [secret], body: body, tampered: true))
        }
        #expect(try !verify(.random(), signedBy: [secret], body: [1, 2, 3]))
        #expect(try verify(secret, signedBy: [secret], body: []))
    }

    @Test("while a secret is rotated, receivers with either verify")
    func rotation() throws {
        let old = WebhookSecret.random()
        let new = WebhookSecret.random()
        var keys = WebhookKeys(old)
        keys.rotate(to: new, at: 1_000, overlap: 100)
        let body = Receiver.webhook.body(of: Messages.plain)
        for secret in [old, new] { #expect(try verify(secret, signedBy: keys.active(at: 1_099), body: body)) }
        #expect(keys.active(at: 1_100) == [new])
        #expect(try !verify(old, signedBy: keys.active(at: 1_100), body: body))
        // Back again before the end: each signs once.
        keys.rotate(to: old, at: 1_050)
        #expect(keys.active(at: 1_060) == [old, new])
        for _ in 0..<5 { keys.rotate(to: .random(), at: 1_070) }
        #expect(keys.active(at: 1_071).count == WebhookKeys.maximumSecrets)
    }

    @Test("the example of the specification's libraries")
    func vector() throws {
        let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let headers = try #require(
            WebhookSignature.headers(
                id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8),
                secrets: [secret]))
        #expect(headers[2].value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test("secrets as they are written")
    func secrets() {
        func secret(_ count: Int) -> WebhookSecret? {
            WebhookSecret("whsec_" + Data(repeating: 7, count: count).base64EncodedString())
        }
        #expect([23, 24, 32, 64, 65].map { secret($0) != nil } == [false, true, true, true, false])
        for text in ["", "whsec_", "whsec_!!!!", String(secret(32)!.text.dropFirst(6)), "whsk_AAAA"] {
            #expect(WebhookSecret(text) == nil)
        }
        let random = WebhookSecret.random()
        #expect(WebhookSecret(random.text) == random && random != .random())
        #expect(!"\(random) \(String(reflecting: random))".contains(random.text.dropFirst(6)))
        var dumped = ""
        dump(random, to: &dumped)
        #expect(!dumped.contains("bytes"))
    }

    @Test("ids that could pass for something else are not signed", arguments: ["", "a.b", "a b", "a\n", "ä", "a/b"])
    func ids(id: String) {
        #expect(WebhookSignature.headers(id: id, at: 0, body: [], secrets: [.random()]) == nil)
        #expect(WebhookSignature.headers(id: "a", at: 0, body: [], secrets: []) == nil)
    }
}
