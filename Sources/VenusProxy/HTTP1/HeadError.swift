/// What is wrong with a head. A request with one of these is refused with ``status``; of a response it makes a 502.
package enum HeadError: UInt8, Error, Sendable, CaseIterable {
    case malformedRequestLine
    case methodTooLong
    case unsupportedVersion
    case targetTooLong
    case headTooLarge
    case tooManyFields
    case malformedTarget
    case originForm
    case userInformation
    case unsupportedScheme
    case malformedAuthority
    case missingPort
    case malformedField
    case spaceBeforeColon
    case foldedField
    case malformedLineEnd
    case missingHost
    case duplicateHost
    case malformedHost
    case malformedContentLength
    case duplicateContentLength
    case conflictingFraming
    case malformedTransferEncoding
    case unsupportedTransferCoding
    case transferEncodingInHTTP10
    case nominatedCriticalField
    case tooManyConnectionOptions
    case malformedMaxForwards
    case contentOfConnect
    case malformedStatusLine

    /// The status that answers a request with this fault.
    package var status: UInt16 {
        switch self {
        case .methodTooLong, .unsupportedTransferCoding: 501
        case .unsupportedVersion: 505
        case .targetTooLong: 414
        case .headTooLarge, .tooManyFields: 431
        default: 400
        }
    }

    /// For logs and messages; holds nothing of the request.
    package var explanation: StaticString {
        switch self {
        case .malformedRequestLine: "the request line is not METHOD TARGET HTTP/1.1"
        case .methodTooLong: "the method is longer than any that exists"
        case .unsupportedVersion: "only HTTP/1.0 and HTTP/1.1 are spoken here"
        case .targetTooLong: "the request target is longer than 16 KiB"
        case .headTooLarge: "the head is larger than 64 KiB"
        case .tooManyFields: "the head has more than 256 fields"
        case .malformedTarget: "the request target holds characters that do not belong into one"
        case .originForm:
            "this is a forward proxy: use it as the HTTP proxy of a client, which then sends http://HOST/PATH"
        case .userInformation: "the request target holds user information; send it in a field instead"
        case .unsupportedScheme: "only http:// targets are forwarded; use CONNECT for others"
        case .malformedAuthority: "the target's HOST:PORT is not valid"
        case .missingPort: "CONNECT needs HOST:PORT"
        case .malformedField: "a field is malformed"
        case .spaceBeforeColon: "a field has space before its colon"
        case .foldedField: "a field is folded over several lines"
        case .malformedLineEnd: "a line does not end in CRLF, or holds a control character"
        case .missingHost: "the Host field is missing"
        case .duplicateHost: "there is more than one Host field"
        case .malformedHost: "the Host field is not valid"
        case .malformedContentLength: "Content-Length is not a number"
        case .duplicateContentLength: "there is more than one Content-Length"
        case .conflictingFraming: "there are both Content-Length and Transfer-Encoding"
        case .malformedTransferEncoding: "chunked is not the last transfer coding, or not there once"
        case .unsupportedTransferCoding: "the only transfer coding known here is chunked"
        case .transferEncodingInHTTP10: "Transfer-Encoding does not exist in HTTP/1.0"
        case .nominatedCriticalField: "Connection names a field that the message cannot do without"
        case .tooManyConnectionOptions: "Connection has more than 32 options"
        case .malformedMaxForwards: "Max-Forwards is not a number, or is there twice"
        case .contentOfConnect: "CONNECT has no content; what follows it belongs to the tunnel"
        case .malformedStatusLine: "the status line is malformed"
        }
    }
}

/// How far reading a head has come.
package enum HeadResult<Head> {
    /// More bytes are needed.
    case incomplete
    case invalid(HeadError)
    case complete(Head)
}

/// The bounds of a head.
package struct HeadLimits: Sendable, Hashable {
    package var headBytes = 64 << 10
    package var targetBytes = 16 << 10
    /// At most ``FieldTable/capacity``.
    package var fields = 256
    package static let methodBytes = 64
    package static let connectionOptions = 32

    package init() {}
}
