import HTTPTypes
import Hummingbird
import VenusStore

/// A method, a path, who may come, and what happens then. Nothing is open unless its route says so.
struct Route: Sendable {
    /// Who may come. A request that changes something and bears a browser's cookie must besides come from our own
    /// pages, with their token; the method decides that.
    enum Entry: Sendable, Hashable {
        /// Anybody.
        case open
        /// Anybody, from one of our pages.
        case page
        /// A session whose role is at least this; where a scope is named, a key with it as well.
        case session(Role, key: KeyScope?)

        /// Whoever may look.
        static let reading = Entry.session(.viewer, key: .read)
        /// Whoever is signed in, for what is their own.
        static let signedIn = Entry.session(.viewer, key: nil)
        /// Whoever decides by what is watched.
        static let operating = Entry.session(.operator, key: nil)
        /// Whoever decides who gets in.
        static let administering = Entry.session(.admin, key: nil)
    }

    let method: HTTPRequest.Method
    let path: RoutePath
    let entry: Entry
    /// Whether it is answered on the connection's loop, which serves thousands of others: without a long computation.
    /// Any other leaves the loop, which costs two changes of threads.
    let isBrief: Bool
    let handle: @Sendable (APIRequest) async throws -> Response

    /// - Parameter path: `{name}` stands for one segment: see ``APIRequest/pathParameters``.
    init(
        _ method: HTTPRequest.Method, _ path: String, entry: Entry, isBrief: Bool = false,
        handle: @escaping @Sendable (APIRequest) async throws -> Response
    ) {
        self.method = method
        self.path = RoutePath(path)
        self.entry = entry
        self.isBrief = isBrief
        self.handle = handle
    }
}

extension Response {
    /// 200 with JSON that is encoded already.
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
