import HTTPTypes
import Hummingbird
import VenusCore
import VenusStore

/// How a machine becomes a host: `POST /api/v1/hosts` answers with one line for its shell, which fetches a script and
/// the program from here, by a key of its own.
struct AgentResource: Sendable {
    static let scriptPath = "/api/v1/agent/install"
    static let archivePath = "/api/v1/agent/venus.tar"

    let keys: KeysResource
    /// `nil`: the program is not handed out.
    let archive: ProgramArchive?
    /// See ``ServerConfiguration/publicURL``.
    let publicURL: String?
    /// Whether we speak TLS ourselves.
    let isTLS: Bool

    var routes: [Route] {
        [
            Route(.post, "/api/v1/hosts", entry: .administering, handle: add),
            Route(.get, Self.scriptPath, entry: .session(.admin, key: .writeHosts), handle: script),
            Route(.get, Self.archivePath, entry: .session(.admin, key: .writeHosts), handle: program),
        ]
    }

    private struct NewHost: KnownMembers {
        static let members: Set<String> = ["name"]
        var name: String?
    }

    @Sendable private func add(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let body = try await request.strictJSON(
            NewHost.self, explain: "The body is a JSON object with, if wanted, name: what the host is to be called.")
        if let name = body.name, !KnownHost.isName(name) {
            throw Problem.invalidMember(
                "name", "it is 1 to 255 printable ASCII characters without blanks and slashes.")
        }
        guard archive != nil else { throw Problem.noSuch("program to hand out") }
        let server = try server(request)
        let label = String(("agent" + (body.name.map { " of " + $0 } ?? "")).prefix(APIKey.maximumNameBytes))
        let (key, token) = try await keys.make(label, [.writeHosts], for: request)
        let output = Output(
            command: AgentScript.line(server: server, host: body.name, key: token.text), host: body.name,
            key: token.text, key_id: key.id)
        return .json(try JSONOutput.encode(output), status: .created)
    }

    @Sendable private func script(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let content = try await content()
        let text = AgentScript.text(
            server: try server(request), sha256: content.sha256, machine: ProgramFiles.machine)
        return Response(
            status: .ok, headers: [.contentType: "text/x-shellscript", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    @Sendable private func program(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let content = try await content()
        guard let archive else { throw Problem.noSuch("program to hand out") }
        guard await archive.hasRoom else { throw Problem.busy }
        let tag = "\"\(content.sha256)\""
        var fields: HTTPFields = [.eTag: tag, .cacheControl: "private, no-cache"]
        if request.request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: fields) }
        fields[.contentType] = "application/x-tar"
        return Response(status: .ok, headers: fields, body: archive.body(content))
    }

    private func content() async throws -> ProgramArchive.Content {
        guard let archive else { throw Problem.noSuch("program to hand out") }
        do { return try await archive.describe() } catch {
            throw Problem.conflict("The program was replaced since the server started: start the server again.")
        }
    }

    /// Where whoever asks reaches us; over plain HTTP only on the same machine, as agents have it.
    private func server(_ request: APIRequest) throws -> String {
        if let publicURL { return publicURL.last == "/" ? String(publicURL.dropLast()) : publicURL }
        guard let text = request.request.head.authority, let authority = Authority(text) else {
            throw Problem.malformedRequest
        }
        guard isTLS || IPAddress.isLoopback(authority.host) else {
            throw Problem.conflict(
                "The server is asked without TLS, in which keys and programs could be read and exchanged on their way. Give "
                    + "it a certificate (server.tls_certificate_file), or say by server.public_url where it is reached "
                    + "with one.")
        }
        return "\(isTLS ? "https" : "http")://\(text)"
    }

    private struct Output: Encodable {
        /// For the machine's shell.
        var command: String
        /// Absent: the machine's own name.
        var host: String?
        /// In this answer and never again.
        var key: String
        var key_id: String
    }
}
