import Foundation
import TestSupport
import Testing
import VenusServer
import VenusStore

@Suite("The program that is handed out")
struct ProgramTests {
    @Test("an archive is what tar takes it for")
    func archive() async throws {
        let directory = try TemporaryDirectory()
        var bytes: [UInt8] = []
        for (name, count, isExecutable) in [("venus/venus", 1_000, true), ("venus/lib/libx.so.1", 512, false)] {
            bytes += TarHeader.bytes(
                name: name, bytes: count, isExecutable: isExecutable, modified: 1_700_000_000)
            bytes += [UInt8](repeating: 0x41, count: count)
            bytes += [UInt8](repeating: 0, count: TarHeader.padding(count))
        }
        bytes += [UInt8](repeating: 0, count: 2 * TarHeader.blockBytes)
        #expect(bytes.count == 3_584)
        try Data(bytes).write(to: URL(fileURLWithPath: directory.file("a.tar")))
        try await ChildProcess.run("/bin/tar", ["-xf", directory.file("a.tar"), "-C", directory.path])
        let program = directory.file("venus/venus")
        #expect(FileManager.default.contents(atPath: program) == Data(repeating: 0x41, count: 1_000))
        #expect(FileManager.default.isExecutableFile(atPath: program))
        #expect(FileManager.default.contents(atPath: directory.file("venus/lib/libx.so.1"))?.count == 512)
    }

    @Test("what is mapped is found, but for the C library and what is no library")
    func libraries() {
        let maps = """
            55d0c0000000-55d0c8000000 r-xp 00000000 08:01 11 /opt/venus/bin/venus
            7f0000000000-7f0000001000 r--p 00000000 08:01 12 /usr/lib/x86_64-linux-gnu/libpq.so.5.15
            7f0000001000-7f0000002000 r-xp 00001000 08:01 12 /usr/lib/x86_64-linux-gnu/libpq.so.5.15
            7f0000003000-7f0000004000 r-xp 00001000 08:01 13 /opt/with space/libswiftCore.so
            7f0000005000-7f0000006000 r-xp 00001000 08:01 14 /usr/lib/x86_64-linux-gnu/libc.so.6
            7f0000005000-7f0000006000 r-xp 00001000 08:01 14 /usr/lib/x86_64-linux-gnu/libm.so.6
            7f0000007000-7f0000008000 r-xp 00001000 08:01 15 /usr/lib/x86_64-linux-gnu/libcrypto.so.3
            7f0000009000-7f000000a000 r-xp 00001000 08:01 16 /usr/lib64/ld-linux-x86-64.so.2
            7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0 [stack]
            7ffd00022000-7ffd00023000 r-xp 00000000 00:00 0 [vdso]
            """
        #expect(
            ProgramFiles.libraries(inMaps: maps) == [
                "/opt/with space/libswiftCore.so", "/usr/lib/x86_64-linux-gnu/libcrypto.so.3",
                "/usr/lib/x86_64-linux-gnu/libpq.so.5.15",
            ])
        let own = ProgramFiles.own()
        #expect(own?.first?.name == "venus/venus" && (own?.count ?? 0) > 3)
    }

    @Test("line and script are words for any shell, whatever is in a name")
    func words() async throws {
        let directory = try TemporaryDirectory()
        for host in ["web-1", "a'b", "$(touch x)", "`id`", "\"\\;&|<>*?[]#~"] {
            let line = AgentScript.line(server: "https://venus.example.com", host: host, key: "venus_k")
            // Instead of a shell, what shows the name that it would see.
            let shown = try await ChildProcess.run(
                "/bin/sh", ["-c", line.replacing("sh -c", with: "/usr/bin/printenv VENUS_AGENT_HOST #")])
            #expect(shown == host + "\n")
        }
        let script = AgentScript.text(
            server: "https://venus.example.com/$(x)'", sha256: "abc", machine: ProgramFiles.machine)
        try Data(script.utf8).write(to: URL(fileURLWithPath: directory.file("script")))
        try await ChildProcess.run("/bin/sh", ["-n", directory.file("script")])
    }

    @Test(
        "a host is added by admins: a key of its own, and a line that bears it; not where keys could be read on their way"
    )
    func added() async throws {
        try await withServer(configure: {
            $0.handsOutProgram = true
            $0.allowedHosts = ["venus.example.com"]
        }) { server in
            let token = try await server.session(.admin)
            let fields = [server.bearer(token), ("content-type", "application/json")]
            let made = try await server.request("POST", "/api/v1/hosts", fields, body: #"{"name":"web-1"}"#)
            #expect(made.status == 201)
            let added = try JSONValue(made.text)
            let key = try #require(added["key"].string)
            let line = try #require(added["command"].string)
            #expect(line.hasPrefix("VENUS_AGENT_HOST=web-1 VENUS_AGENT_KEY=\(key) sh -c "))
            #expect(line.contains("http://127.0.0.1:\(server.port)/api/v1/agent/install"))
            let script = try await server.request("GET", "/api/v1/agent/install", [server.bearer(key)])
            #expect(script.status == 200 && !script.text.contains(key))
            let head = try await server.request("HEAD", "/api/v1/agent/venus.tar", [server.bearer(key)])
            let tag = try #require(head["etag"])
            #expect(head.status == 200 && (Int(head["content-length"] ?? "") ?? 0) > 1_000_000)
            #expect(tag.count == 66 && script.text.contains(tag.filter { $0 != "\"" }))
            let known = try await server.request(
                "GET", "/api/v1/agent/venus.tar", [server.bearer(key), ("if-none-match", tag)])
            #expect(known.status == 304)
            for body in [#"{"name":"a b"}"#, #"{"name":""}"#, #"{"host":"a"}"#, "[]", "{"] {
                #expect(try await server.request("POST", "/api/v1/hosts", fields, body: body).status == 400, "\(body)")
            }
            let open = try await server.request(
                "POST", "/api/v1/hosts", fields + [("host", "venus.example.com")], body: "{}")
            #expect(open.status == 409 && open.text.contains("server.public_url"))
            let keys = try await server.get("/api/v1/keys", token: token)["items"].array
            #expect(keys.compactMap { $0["name"].string } == ["agent of web-1"])
            #expect(
                try await server.get("/api/v1/audit", token: token)["items"].array.contains {
                    $0["event"].string == "key_created"
                })
        }
        try await withServer { server in
            let token = try await server.session(.admin)
            let refused = try await server.request(
                "POST", "/api/v1/hosts", [server.bearer(token), ("content-type", "application/json")], body: "{}")
            #expect(refused.status == 404)
        }
    }
}
