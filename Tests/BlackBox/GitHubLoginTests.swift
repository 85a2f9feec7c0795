import Foundation
import TestSupport
import Testing

/// A `venus up` that lets people of a site that behaves like GitHub in, and a data directory from where nobody has
/// signed in.
struct GitHubScene {
    let site: ChildProcess
    let sitePort: Int
    let up: VenusUp
    let elsewhere: String
    var server: String { "http://127.0.0.1:\(up.serverPort)" }

    init() async throws {
        let script = VenusBinary.packageRoot + "/Tests/VenusServerTests/Auth/GitHub/github.py"
        site = try ChildProcess("python3", [script])
        let line = try await site.waitForLine("its port") { Int($0) != nil }
        sitePort = try #require(Int(line))
        up = try await VenusUp(environment: [
            "VENUS_GITHUB_CLIENT_ID": "Iv1.venus-of-this-test",
            "VENUS_GITHUB_CLIENT_SECRET": "the-client-secret-of-this-test",
            "VENUS_GITHUB_URL": "http://127.0.0.1:\(sitePort)", "VENUS_GITHUB_USERS": "octocat=viewer",
        ])
        elsewhere = up.directory.file("elsewhere")
    }

    /// What the next sign-in meets.
    func set(_ scenario: String) async throws {
        let response = try await HTTPClient(port: sitePort).request(
            "POST", "/_scenario", body: Array(scenario.utf8))
        #expect(response.status == 200)
    }

    /// `venus login --github`, and the address that it prints.
    func login() async throws -> (process: ChildProcess, url: String) {
        let process = try VenusBinary.start(
            ["login", server, "--github"],
            environment: ["VENUS_DATA": elsewhere, "DISPLAY": "", "PATH": "/nowhere"])
        let line = try await process.waitForLine("the address") { $0.contains("#command-line=") }
        return (process, line.trimmingCharacters(in: .whitespaces))
    }
}

extension TheBinary {
    @Suite("venus login --github")
    struct GitHubLoginTests {
        /// Does what the page does, by curl, and follows where that leads, as far as the command line.
        private func browse(_ scene: GitHubScene, _ url: String) async throws -> String {
            let parts = try #require(url.components(separatedBy: "#command-line=").last).split(separator: ".")
            let jar = scene.up.directory.file("cookies-\(UInt64.random(in: 0 ... .max))")
            let begun = try await ChildProcess.run(
                "curl",
                [
                    "--silent", "--show-error", "--cookie-jar", jar, "--header", "Content-Type: application/json",
                    "--header", "Origin: \(scene.server)",
                    "--data", "{\"port\":\(parts[0]),\"challenge\":\"\(parts[1])\"}",
                    scene.server + "/api/v1/login/github",
                ])
            let gitHub = try #require(try JSONValue(begun)["url"].string)
            return try await ChildProcess.run(
                "curl", ["--silent", "--show-error", "--location", "--cookie", jar, gitHub])
        }

        @Test("signs in by a browser; the other commands then know the server, and nobody else's commands do")
        func good() async throws {
            let scene = try await GitHubScene()
            try await scene.set("{}")
            let (login, url) = try await scene.login()
            #expect(url.hasPrefix(scene.server + "/sign-in#command-line="))
            // A stranger's request does not end the waiting.
            let port = try #require(url.split(separator: "=").last?.split(separator: ".").first.flatMap { Int($0) })
            let stranger = try await HTTPClient(port: port).get("/venus-login?code=x&state=x")
            #expect(stranger.status == 404)
            #expect(try await browse(scene, url).contains("You can close this page."))
            #expect(try await login.waitForExit() == .exited(0))
            #expect(
                login.standardOutput.text.hasPrefix(
                    "Signed in to \(scene.server) as github:octocat/583231, viewer, until "))
            #expect(login.standardError.text.contains(" -L \(port):127.0.0.1:\(port) "))
            let file = scene.elsewhere + "/login.json"
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let graph = try await VenusBinary.output(
                ["graph", "--json"], environment: ["VENUS_DATA": scene.elsewhere])
            #expect(graph.status == .exited(0) && graph.standardOutput.contains("\"edges\""))
        }

        @Test(
            "says why nobody comes in",
            arguments: [
                (#"{"denies":true}"#, "did not let Venus know"),
                (#"{"person":{"id":7,"login":"nobody"}}"#, "ask an admin"),
            ])
        func refused(scenario: String, words: String) async throws {
            let scene = try await GitHubScene()
            try await scene.set(scenario)
            let (login, url) = try await scene.login()
            _ = try await browse(scene, url)
            #expect(try await login.waitForExit() == .exited(1))
            #expect(login.standardError.text.contains(words), "\(login.transcript)")
            #expect(!FileManager.default.fileExists(atPath: scene.elsewhere + "/login.json"))
        }

        @Test("ends at Ctrl-C, and says at once where there is no such way")
        func ends() async throws {
            let scene = try await GitHubScene()
            let (login, _) = try await scene.login()
            #expect(try await login.stop(SIGINT, within: .seconds(5)) == .signaled(SIGINT))
            let plain = try await VenusUp()
            let refused = try await VenusBinary.output(
                ["login", "http://127.0.0.1:\(plain.serverPort)", "--github"],
                environment: ["VENUS_DATA": scene.elsewhere])
            #expect(refused.status == .exited(1))
            #expect(refused.standardError.contains("github.client_id"), "\(refused.standardError)")
        }
    }
}

extension TheDashboard {
    @Suite("The page of venus login --github", .serialized, .timeLimit(.minutes(5)))
    struct CommandLinePageTests {
        @Test("asks before anything happens, though somebody is signed in; then a click leads through GitHub and back")
        func consent() async throws {
            let scene = try await GitHubScene()
            try await scene.set("{}")
            let browser = try await Browser()
            do {
                try await browser.open(scene.up.signInLink())
                try await browser.wait(for: "#waiting")
                let (login, url) = try await scene.login()
                try await browser.open(url)
                try await browser.wait(for: "#command-line") {
                    $0.contains("venus login --github") && $0.contains("pass on the address that you end at")
                }
                #expect(try await browser.run("return location.href").string == scene.up.dashboard)
                #expect(try await browser.isShown("#main") == false)
                let log = try await HTTPClient(port: scene.sitePort).get("/_log")
                #expect(log.text == #"{"log": []}"#)
                try await browser.click("#command-line-github")
                try await browser.wait(for: "body") { $0.contains("You can close this page.") }
                #expect(try await login.waitForExit() == .exited(0))
                #expect(login.standardOutput.text.contains("github:octocat/583231"))
            } catch {
                try? await browser.close()
                throw error
            }
            try await browser.close()
        }
    }
}
