import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// A resource in one media type, at one moment, and as its clients may keep it: for themselves, and asking each time
/// whether it is still so.
struct Representation: Sendable {
    /// Weak: the same for each content coding.
    let entityTag: String
    let mediaType: String
    let body: ByteBuffer
    /// The body with the content coding `gzip`; `nil` where that is not worth it.
    let compressed: ByteBuffer?

    init(_ bytes: [UInt8], mediaType: String, entityTag: String, compressed: Bool) {
        self.entityTag = entityTag
        self.mediaType = mediaType
        body = ByteBuffer(bytes: bytes)
        self.compressed = compressed ? GZip.compress(bytes).map { ByteBuffer(bytes: $0) } : nil
    }

    static let caching = "private, no-cache"

    /// The tag of what is not known to have changed but by its bytes.
    static func entityTag(of bytes: [UInt8]) -> String {
        "W/\"\(Base64URL.encode(Array(SHA256.hash(data: bytes).prefix(12))))\""
    }

    static func fields(entityTag: String) -> HTTPFields {
        [.cacheControl: caching, .eTag: entityTag, .vary: "Accept, Accept-Encoding"]
    }

    static func notModified(entityTag: String) -> Response {
        Response(status: .notModified, headers: fields(entityTag: entityTag))
    }

    func response(to request: APIRequest) -> Response {
        var fields = Self.fields(entityTag: entityTag)
        fields[.contentType] = mediaType
        var body = body
        if let compressed, request.request.headers.acceptsGZip {
            fields[.contentEncoding] = "gzip"
            body = compressed
        }
        return Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: body))
    }
}

extension APIRequest {
    /// Answers with bytes that were made for this request: 304 where the client has them, compressed where it may be.
    func answer(_ bytes: [UInt8], mediaType: String = "application/json") -> Response {
        let entityTag = Representation.entityTag(of: bytes)
        if request.headers.hasMatching(entityTag) { return Representation.notModified(entityTag: entityTag) }
        return Representation(
            bytes, mediaType: mediaType, entityTag: entityTag, compressed: request.headers.acceptsGZip
        ).response(to: self)
    }
}

extension HTTPField.Name {
    static let vary = HTTPField.Name("Vary")!  // A valid token.
}
