import Testing
import VenusCore
import VenusProxy

@Suite("Why a handshake failed")
struct TLSFaultTests {
    @Test(
        "OpenSSL's result is told in our words",
        arguments: [
            (10, CertificateFault.expired), (9, .notYetValid), (62, .wrongHost), (64, .wrongHost), (18, .selfSigned),
            (19, .untrustedAuthority), (20, .unknownIssuer), (21, .unknownIssuer), (23, .revoked), (26, .wrongPurpose),
            (47, .outOfBounds), (48, .outOfBounds), (66, .weak), (68, .weak), (1, .other), (-1, .other),
            (Int.max, .other),
        ])
    func results(number: Int, fault: CertificateFault) {
        #expect(CertificateFault(verification: number) == fault)
    }

    @Test("an explanation fits into a quoted string, and says what it is about", arguments: CertificateFault.allCases)
    func explanations(fault: CertificateFault) {
        let text = String(describing: fault.explanation)
        #expect(!text.contains("\"") && !text.contains("\\") && text.contains("certificate"))
    }

    @Test("an alert that means something to people is explained to them", arguments: 0...255 as ClosedRange<UInt8>)
    func alerts(number: UInt8) {
        let refusal = Refusal(TLSFault.alert(number))
        #expect(refusal.status == 502 && refusal.errorType == .tlsAlertReceived)
        let text = refusal.details.map(String.init(describing:)) ?? ""
        #expect(!text.contains("\"") && !text.contains("\\"))
        #expect(
            text.contains("interception.client_certificates") == [40, 42, 43, 44, 45, 46, 48, 116].contains(number))
    }

    @Test("only alerts about our certificate reject it", arguments: 0...120 as ClosedRange<UInt8>)
    func rejections(number: UInt8) {
        // RFC 8446, section 6: bad_certificate … certificate_unknown, and unknown_ca.
        let rejecting: Set<UInt8> = [42, 43, 44, 45, 46, 48]
        #expect(TLSFault.alert(number).rejectsCertificate == rejecting.contains(number))
    }

    @Test("the answer names the reason, in Proxy-Status and for people")
    func answer() throws {
        let text = try #require(
            written { sink, _ in
                HeadSerializer.refusal(
                    Refusal(TLSFault.certificate(.expired)), close: true, isHead: false,
                    date: HTTPDate(second: 784_111_777), into: &sink)
            })
        #expect(text.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n"))
        #expect(
            text.contains(
                "Proxy-Status: venus; error=tls_certificate_error; details=\"the host's certificate has expired\"\r\n"))
        #expect(text.hasSuffix("venus: tls_certificate_error: the host's certificate has expired.\n"))
        let (head, body) = try #require(text.split(around: "\r\n\r\n"))
        #expect(head.contains("Content-Length: \(body.utf8.count)"))
    }
}

extension String {
    fileprivate func split(around mark: String) -> (String, String)? {
        guard let range = self.firstRange(of: mark) else { return nil }
        return (String(self[..<range.lowerBound]), String(self[range.upperBound...]))
    }
}
