import Foundation
import TestSupport

/// A proxy in front of an origin: ours, or one of those that we compare ourselves with.
final class ComparedProxy: Sendable {
    let name: String
    private let port: Int
    private let origin: LoggingOrigin
    private let directory: TemporaryDirectory
    private let process: ChildProcess

    private init(
        _ name: String, origin: LoggingOrigin, start: (_ port: Int, TemporaryDirectory) throws -> ChildProcess
    ) async throws {
        self.name = name
        self.origin = origin
        port = try freePort()
        directory = try TemporaryDirectory("venus-\(name)")
        process = try start(port, directory)
        do {
            try await eventually(within: .seconds(15), name) {
                if !process.isRunning { throw TestFailure("it ended") }
                return try await HTTPClient(port: port).get("http://\(origin.authority)/good").status == 200
            }
        } catch { throw TestFailure("\(error)\n\(process.transcript)") }
    }

    func stop() async throws { try await process.stop(SIGTERM) }

    static func venus(origin: LoggingOrigin) async throws -> ComparedProxy {
        try await ComparedProxy("venus", origin: origin) { port, directory in
            try VenusBinary.start(
                ["proxy"],
                environment: [
                    "VENUS_DATA": directory.file("data"), "VENUS_PROXY_LISTEN": "127.0.0.1:\(port)",
                    "VENUS_PROXY_THREADS": "1",
                ], directory: directory.path)
        }
    }

    static func haproxy(origin: LoggingOrigin) async throws -> ComparedProxy {
        let program = try installed("haproxy")
        return try await ComparedProxy("haproxy", origin: origin) { port, directory in
            let configuration = """
                global
                    nbthread 1
                    tune.bufsize 131072
                    tune.http.maxhdr 512
                defaults
                    mode http
                    timeout connect 2s
                    timeout client 10s
                    timeout server 10s
                frontend client
                    bind 127.0.0.1:\(port)
                    default_backend origin
                backend origin
                    server origin \(origin.authority)

                """
            return try ChildProcess(program, ["-db", "-f", directory.write(configuration, to: "haproxy.cfg")])
        }
    }

    static func nginx(origin: LoggingOrigin) async throws -> ComparedProxy {
        let program = try installed("nginx")
        return try await ComparedProxy("nginx", origin: origin) { port, directory in
            let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map { "\($0)_temp_path \(directory.file($0));" }.joined(separator: " ")
            let configuration = """
                daemon off;
                master_process off;
                pid \(directory.file("pid"));
                error_log \(directory.file("error.log"));
                events {}
                http {
                    access_log off;
                    \(folders)
                    client_header_buffer_size 128k;
                    large_client_header_buffers 4 128k;
                    client_max_body_size 0;
                    underscores_in_headers on;
                    merge_slashes off;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_set_header Host $http_host;
                    proxy_request_buffering off;
                    proxy_buffer_size 128k;
                    proxy_buffers 4 128k;
                    server {
                        listen 127.0.0.1:\(port);
                        location / { proxy_pass http://\(origin.authority); }
                    }
                }

                """
            let file = try directory.write(configuration, to: "nginx.conf")
            return try ChildProcess(program, ["-p", directory.path, "-e", directory.file("error.log"), "-c", file])
        }
    }

    /// A missing program is a failure, not a reason to compare with fewer.
    private static func installed(_ program: String) throws -> String {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let paths = (folders + ["/usr/sbin"]).map { $0 + "/" + program }
        guard let path = paths.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            throw TestFailure("\(program) is not installed: apt-get install \(program)")
        }
        return path
    }

    /// Plays the client's part of a case; what came of it.
    func play(_ abuse: AbuseCase, at place: Int) async throws -> Outcome {
        try await blocking { [self] in
            let word = AbuseCase.word(place)
            _ = origin.take()
            let statuses = try send(
                abuse, word: word, values: Message.values(origin: origin, word: word, via: "venus-none"))
            // The proxies have one thread each: what comes out behind this is of no interest.
            _ = try send(
                .passed("a good request", .line("GET http://$HOST/good HTTP/1.1")), word: "good",
                values: [("$HOST", origin.authority)])
            guard origin.hasSeen("/good") else { throw TestFailure("\(name) does not serve behind '\(abuse.name)'") }
            return Outcome(requests: origin.take().requests.filter { $0.path != "/good" }, statuses: statuses)
        }
    }

    /// The statuses of the answers, as many as there should be; fewer behind an error.
    private func send(
        _ abuse: AbuseCase, word: String, values: [(name: String, value: String)]
    ) throws -> [Int] {
        let connection = try TCPConnection(port: port, timeout: .seconds(1))
        defer { connection.close() }
        // It may have answered and closed before it has read everything.
        try? connection.write([UInt8](oneByteAScalar: abuse.request.filled(values)))
        if abuse.rest != nil || abuse.endsWriting {
            let deadline = ContinuousClock.now + .milliseconds(500)
            while !origin.hasSeen("/" + word), ContinuousClock.now < deadline { usleep(500) }
        }
        if let rest = abuse.rest { try? connection.write([UInt8](oneByteAScalar: rest.filled(values))) }
        if abuse.endsWriting { connection.shutdownWrite() }
        // Whatever it says, or nothing within a second.
        var reader = AnswerReader(connection)
        var statuses: [Int] = []
        while statuses.count < max(1, abuse.statuses.count),
            let answer = try? reader.next(isHead: abuse.request.text.hasPrefix("HEAD "))
        {
            statuses.append(answer.status)
            if answer.status >= 400 { break }
        }
        return statuses
    }
}
