import Crypto
import Foundation
import HTTPTypes
import Hummingbird
package import Logging

/// The dashboard's files, read once at the start and served from memory: no path of a request ever reaches the disk.
///
/// They hold no data, and the sign-in page is one of them, so they are served to anyone.
package struct DashboardFiles: Sendable {
    package static let maximumFiles = 500
    package static let maximumBytes = 16 << 20
    /// The one page: it shows itself by its address.
    private static let page = "/index.html"
    private static let pagePaths: Set<String> = ["/", "/sign-in"]

    package struct File: Sendable {
        var bytes: ByteBuffer
        var mediaType: String
        /// Strong: changes with the content.
        var entityTag: String
    }

    private let files: [String: File]

    package static let none = DashboardFiles(files: [:])

    private init(files: [String: File]) { self.files = files }

    /// Reads the directory's files, without those whose path has a part that starts with a dot.
    package init(directory: String, logger: Logger) {
        var files: [String: File] = [:]
        var total = 0
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: directory)) ?? []
        for path in paths.sorted() where !path.split(separator: "/").contains(where: { $0.hasPrefix(".") }) {
            guard let mediaType = Self.mediaTypes[(path as NSString).pathExtension.lowercased()],
                let bytes = FileManager.default.contents(atPath: directory + "/" + path)
            else { continue }
            total += bytes.count
            guard files.count < Self.maximumFiles, total <= Self.maximumBytes else {
                logger.warning("The dashboard's directory holds too much: some is not served")
                break
            }
            let tag = Base64URL.encode(Array(SHA256.hash(data: bytes).prefix(12)))
            files["/" + path] = File(
                bytes: ByteBuffer(bytes: Array(bytes)), mediaType: mediaType, entityTag: "\"\(tag)\"")
        }
        if files[Self.page] == nil {
            logger.warning(
                "There is no dashboard where it was looked for: the API alone is served",
                metadata: ["directory": "\(directory)"])
        }
        self.files = files
    }

    func respond(_ request: APIRequest) throws -> Response {
        let path = Self.pagePaths.contains(String(request.path)) ? Self.page : String(request.path)
        guard let file = files[path] else { throw path == Self.page ? Problem.dashboardAbsent : Problem.notFound }
        guard request.request.method == .get || request.request.method == .head else {
            throw Problem.methodNotAllowed(["GET", "HEAD"])
        }
        // Kept, but asked for again each time: a new version shows at once.
        var fields: HTTPFields = [.cacheControl: "no-cache", .eTag: file.entityTag]
        let known = request.request.headers[values: .ifNoneMatch].joined(separator: ",").split(separator: ",")
            .map { $0.drop { $0 == " " } }
        if known.contains(where: { $0 == file.entityTag || $0 == "W/" + file.entityTag || $0 == "*" }) {
            return Response(status: .notModified, headers: fields)
        }
        fields[.contentType] = file.mediaType
        return Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: file.bytes))
    }

    /// What is served; other files are not the dashboard's.
    private static let mediaTypes = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "mjs": "text/javascript; charset=utf-8", "json": "application/json", "svg": "image/svg+xml",
        "png": "image/png", "ico": "image/x-icon", "woff2": "font/woff2", "txt": "text/plain; charset=utf-8",
        "webmanifest": "application/manifest+json",
    ]
}
