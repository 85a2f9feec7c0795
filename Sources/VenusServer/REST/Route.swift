import HTTPTypes
import Hummingbird

/// A path, a method, who may come, and what happens then.
struct Route: Sendable {
    enum Entry: Sendable {
        /// Without a session; a browser must still come from our own pages where the route changes something.
        case open
        /// With one, to read.
        case reading
        /// With one, to change something.
        case acting
    }

    let method: HTTPRequest.Method
    let path: String
    let entry: Entry
    let handle: @Sendable (APIRequest) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String, entry: Entry,
        handle: @escaping @Sendable (APIRequest) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.entry = entry
        self.handle = handle
    }
}

extension Response {
    /// 200 with JSON that is encoded already.
    static func json(_ bytes: [UInt8]) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
