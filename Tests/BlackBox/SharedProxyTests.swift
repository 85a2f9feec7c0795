import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("A proxy shared by several services")
    struct SharedProxyTests {
        private let directory: TemporaryDirectory

        init() throws { directory = try TemporaryDirectory("venus-shared") }

        private var file: String { directory.file("keys") }

        @Test("the calls of two services are those of two services in the graph, and their keys are found nowhere")
        func twoServices() async throws {
            let origin = try Origin()
            let secure = try await TLSOrigin()
            let keys = try await [makeKey("checkout"), makeKey("shop/front")]
            let venus = try await VenusUp(environment: ["VENUS_PROXY_KEYS_FILE": file])
            let address = "127.0.0.1:\(venus.proxyPort)"
            let proxies = ["http://checkout:\(keys[0])@\(address)", "http://shop%2Ffront:\(keys[1])@\(address)"]
            for (proxy, count) in zip(proxies, [3, 2]) {
                for _ in 0..<count { #expect(try await curl(proxy, origin.url("/orders")) == "200 000") }
            }
            #expect(try await curl(proxies[1], secure.url(), ["--cacert", secure.certificate]) == "200 200")
            let user = ["--proxy-user", "checkout:\(keys[0])"]
            #expect(try await curl("http://\(address)", origin.url("/orders"), user) == "200 000")

            // Without a key, with a wrong one, with that of another service; and a tunnel.
            let wrong = [
                "http://\(address)", "http://checkout:wrong@\(address)", "http://checkout:\(keys[1])@\(address)",
            ]
            for proxy in wrong {
                #expect(try await curl(proxy, origin.url("/refused")) == "407 000")
                #expect(try await curl(proxy, secure.url(), ["--cacert", secure.certificate]) == "000 407")
            }
            #expect(origin.requests("/refused") == 0)

            let api = try await venus.signIn()
            try await eventually(within: .seconds(10), "both services in the graph") {
                let graph = try await api.graph()
                return graph.edge("checkout", origin.authority)?["kpis"]["calls"].int == 4
                    && graph.edge("shop/front", origin.authority)?["kpis"]["calls"].int == 2
                    && graph.edge("shop/front", secure.authority) != nil
            }
            let services = try await api.graph()["nodes"].array.filter { $0["kind"].string == "service" }
            #expect(Set(services.compactMap { $0["name"].string }) == ["checkout", "shop/front"])
            #expect(try await venus.stop() == .exited(0))
            let printed = venus.process.standardOutput.text + venus.process.standardError.text
            #expect(printed.contains("refused a request without a service's valid key"))
            let places = [printed] + Self.contents(of: venus.directory.path)
            for key in keys {
                let sent = Data("checkout:\(key)".utf8).base64EncodedString()
                for place in places { #expect(!place.contains(key) && !place.contains(sent.prefix(40))) }
            }
        }

        @Test("a change of the keys holds within seconds, and a broken file changes nothing")
        func changes() async throws {
            let origin = try Origin()
            let (checkout, shop) = try await (makeKey("checkout"), makeKey("shop"))
            let fleet = try await Fleet(roles: [.proxy], environment: ["VENUS_PROXY_KEYS_FILE": file])
            let proxy = { (service: String, key: String) in "http://\(service):\(key)@127.0.0.1:\(fleet.proxyPort)" }
            #expect(try await curl(proxy("checkout", checkout), origin.url()) == "200 000")
            #expect(try await curl(proxy("shop", shop), origin.url()) == "200 000")

            let next = try await makeKey("checkout")
            #expect(try await key(["revoke", "shop"]).status == .exited(0))
            try await eventually(within: .seconds(5), "the new key lets in, the old one not") {
                let new = try await curl(proxy("checkout", next), origin.url())
                let old = try await curl(proxy("shop", shop), origin.url())
                return new == "200 000" && old == "407 000"
            }
            #expect(try await curl(proxy("checkout", checkout), origin.url()) == "200 000")

            try directory.write("checkout \(next)\n", to: "keys")
            let line = try await fleet.process(.proxy).waitForLine("the broken file's error") {
                $0.contains("the keys file has changed and cannot be used")
            }
            #expect(line.contains("ERROR") && line.contains("line 1 holds no digest") && !line.contains(next))
            #expect(try await curl(proxy("checkout", next), origin.url()) == "200 000")
            try FileManager.default.removeItem(atPath: file)
            try await fleet.process(.proxy).waitForLine("the missing file's error") {
                $0.contains("the keys file is gone")
            }
            #expect(try await curl(proxy("checkout", next), origin.url()) == "200 000")
            let last = try await makeKey("late")
            try await eventually(within: .seconds(5), "the keys of the new file hold") {
                let new = try await curl(proxy("late", last), origin.url())
                let old = try await curl(proxy("checkout", next), origin.url())
                return new == "200 000" && old == "407 000"
            }

            // Each service's producer has its own end, and no key is in the stream.
            #expect(try await fleet.stop(.proxy) == .exited(0))
            var stream: [String] = []
            for name in try await fleet.redis.cli("--scan", "--pattern", "venus:calls:*").split(separator: "\n") {
                stream += try await fleet.redis.cli("XRANGE", String(name), "-", "+").components(separatedBy: "\n")
            }
            var ended: Set<String> = []
            for (place, text) in stream.enumerated() where text == "end" {
                let service = stream[place...].firstIndex(of: "service")
                ended.insert(service.map { stream[$0 + 1] } ?? "")
            }
            // `checkout` is the proxy's own service as well.
            #expect(ended == ["checkout", "shop", "late"])
            for key in [checkout, shop, next, last] {
                #expect(!stream.contains { $0.contains(key) } && !fleet.transcript.contains(key))
            }
        }

        @Test("what other machines can reach wants keys, or somebody's word that it does not")
        func listening() async throws {
            let port = try freePort()
            let listen = ["VENUS_PROXY_LISTEN": "0.0.0.0:\(port)", "VENUS_DATA": directory.file("data")]
            func proxy(_ environment: [String: String]) async throws -> ChildProcess.Output {
                try await VenusBinary.output(
                    ["proxy"], environment: listen.merging(environment) { $1 }, directory: directory.path,
                    within: .seconds(10))
            }
            let refused = try await proxy([:])
            #expect(refused.status == .exited(78))
            for word in [
                "VENUS_PROXY_LISTEN", "proxy.listen", "proxy.keys_file", "venus key create", "authentication: none",
            ] {
                #expect(refused.standardError.contains(word), "\(word)")
            }
            let missing = try await proxy(["VENUS_PROXY_KEYS_FILE": file])
            #expect(missing.status == .exited(78))
            #expect(missing.standardError.contains("proxy.keys_file") && missing.standardError.contains("No such file"))
            try directory.write("# mine\ncheckout secret-in-the-clear\n", to: "keys")
            let broken = try await proxy(["VENUS_PROXY_KEYS_FILE": file])
            #expect(broken.status == .exited(78))
            #expect(broken.standardError.contains("line 2") && !broken.standardError.contains("in-the-clear"))
            let both = try await proxy(["VENUS_PROXY_KEYS_FILE": file, "VENUS_PROXY_AUTHENTICATION": "none"])
            #expect(both.status == .exited(78))

            let open = try VenusBinary.start(
                ["proxy"], environment: listen.merging(["VENUS_PROXY_AUTHENTICATION": "none"]) { $1 },
                directory: directory.path)
            try await open.waitForLine("its address") { $0.contains("Proxy") && $0.contains(":\(port)") }
            let origin = try Origin()
            #expect(try await curl("http://127.0.0.1:\(port)", origin.url()) == "200 000")
            #expect(try await open.stop() == .exited(0))
        }

        @Test("keys are made, listed and taken away, each shown once, in a file for nobody else")
        func commands() async throws {
            let created = try await key(["create", "checkout", "--note", "for the tills"])
            #expect(created.status == .exited(0))
            let shown = try #require(created.standardOutput.firstMatch(of: /checkout:(vpk_[A-Za-z0-9_-]{43})@/)).1
            let id = try #require(created.standardOutput.firstMatch(of: /its id is ([0-9a-f]{12})/)).1
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            let text = try String(contentsOfFile: file, encoding: .utf8)
            #expect(!text.contains(shown) && text.contains("checkout sha256:\(id)") && text.contains("for the tills"))

            // Others at the same time, and a mode and a comment that stay.
            try (text + "# a comment of mine\n").write(toFile: file, atomically: false, encoding: .utf8)
            chmod(file, 0o640)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 { group.addTask { _ = try await makeKey("checkout") } }
                group.addTask { _ = try await makeKey("räksmörgås") }
                try await group.waitForAll()
            }
            let list = try await key(["list"]).standardOutput
            #expect(list.split(separator: "\n").count == 1 + 8)
            #expect(list.contains(id) && list.contains("for the tills") && list.contains("räksmörgås"))

            #expect(try await key(["revoke", String(id)]).standardOutput.contains(id))
            #expect(try await !key(["list"]).standardOutput.contains(id))
            #expect(try await key(["revoke", "checkout"]).standardOutput.split(separator: "\n").count == 6)
            let left = try String(contentsOfFile: file, encoding: .utf8)
            #expect(left.contains("# a comment of mine\n") && left.contains("räksmörgås sha256:"))
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o640)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["keys"])

            #expect(try await key(["revoke", "checkout"]).status == .exited(1))
            for name in ["a:b", "a b", "#a", ""] { #expect(try await key(["create", name]).status == .exited(64)) }
            let nowhere = try await VenusBinary.output(["key", "list"], directory: directory.path)
            #expect(nowhere.status == .exited(1) && nowhere.standardError.contains("--file"))
        }

        /// Makes a key for a service.
        private func makeKey(_ service: String) async throws -> String {
            let run = try await key(["create", service, "--quiet"])
            guard run.status == .exited(0), let url = URLComponents(string: run.standardOutput.filter { $0 != "\n" }),
                url.user == service, url.port == 2_247, let key = url.password
            else { throw TestFailure("\(run.status) \(run.standardOutput) \(run.standardError)") }
            return key
        }

        private func key(_ arguments: [String]) async throws -> ChildProcess.Output {
            try await VenusBinary.output(["key"] + arguments + ["--file", file], directory: directory.path)
        }

        /// The status of the response, and that of the CONNECT before it, as curl saw them.
        private func curl(_ proxy: String, _ url: String, _ options: [String] = []) async throws -> String {
            try await ChildProcess.output(
                of: "curl",
                ["-sS", "-o", "/dev/null", "-w", "%{http_code} %{http_connect}", "--proxy", proxy] + options + [url]
            ).standardOutput
        }

        /// Every file below a directory, whatever it holds.
        private static func contents(of directory: String) -> [String] {
            let names = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
            return names.compactMap { FileManager.default.contents(atPath: directory + "/" + $0) }.map {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }
}
