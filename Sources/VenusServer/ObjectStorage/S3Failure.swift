import NIOHTTP1

/// Why an object store did not do what it was asked. Holds no secret.
package enum S3Failure: Error, Sendable, Equatable, CustomStringConvertible {
    /// It gave no answer.
    case unreachable(WebFailure)
    /// It refused.
    ///
    /// - Parameters:
    ///   - code: such as `AccessDenied`; empty where it gave none.
    ///   - region: where the bucket is, as far as it said so.
    case refused(status: Int, code: String, region: String?)
    /// What it said is none of what it may say.
    case strange
    /// There are no credentials; the text says what was looked for.
    case noCredentials(String)
    /// The endpoint and the bucket make no address.
    case noAddress

    /// There is no such object.
    var isMissing: Bool {
        guard case .refused(404, let code, _) = self else { return false }
        return code != "NoSuchBucket"
    }

    /// Whether only this object is at fault, and another may well be read.
    var isOfObject: Bool {
        switch self {
        case .unreachable(let failure): failure == .tooLarge
        // Sealed with a key that we have not got, or laid away where it takes hours to come from.
        case .refused(400, let code, _): ["InvalidRequest", "InvalidArgument"].contains(code)
        case .refused(403, let code, _): code == "InvalidObjectState"
        case .refused, .strange, .noCredentials, .noAddress: false
        }
    }

    package var description: String {
        switch self {
        case .unreachable(let failure): "the object store cannot be asked: \(failure)"
        case .strange: "what answers is no object store"
        case .noCredentials(let what): "there are no credentials: \(what)"
        case .noAddress: "the bucket's name cannot be part of the endpoint's name; set s3.style: path"
        case .refused(let status, let code, let region):
            "the object store refuses: \(code.isEmpty ? "" : code + ", ")status \(status)"
                + (Self.advice(code, region).map { "; " + $0 } ?? "")
        }
    }

    private static func advice(_ code: String, _ region: String?) -> String? {
        switch code {
        case "SignatureDoesNotMatch": return "the secret key is not the one of this access key"
        case "InvalidAccessKeyId": return "it does not know the access key"
        case "ExpiredToken", "InvalidToken", "TokenRefreshRequired": return "the session token is no longer good"
        case "AccessDenied": return "the access key may not do that there"
        case "NoSuchBucket": return "there is no such bucket"
        case "RequestTimeTooSkewed": return "this machine's clock is wrong"
        default: break
        }
        return region.map { "the bucket is in \($0): set s3.region" }
    }

    /// Reads an error's answer, whoever wrote it.
    init(_ answer: WebClient.Answer) {
        var code = ""
        var region = answer.fields.first(name: "x-amz-bucket-region")
        var reader = XMLReader(answer.body)
        var path: [String] = []
        while let event = try? reader.next() {
            switch event {
            case .start(let name): path.append(name)
            case .text(let text) where path == ["Error", "Code"]: code = text
            case .text(let text) where path == ["Error", "Region"]: region = text
            case .text: break
            case .end: path.removeLast()
            }
        }
        self = .refused(
            status: answer.status, code: Self.isWord(code) ? code : "",
            region: region.flatMap { Self.isWord($0) ? $0 : nil })
    }

    private static func isWord(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}
