import Foundation
import TestSupport
import Testing

extension TheDashboard {
    /// What the dashboard shows beside the graph, in a real Chromium: alerts, hosts, the report, and past times.
    @Suite("The dashboard's alerts, hosts and past times", .serialized, .timeLimit(.minutes(5)))
    struct DashboardWatchTests {
        /// Alerts on the edge within seconds: a window of ten, two seconds of `for`. A warning, of which no rule stands
        /// by itself.
        private static func watch(_ api: VenusAPI, _ origin: Origin) async throws {
            let subject = """
                "level":"edge","environment":"production","service":"checkout","dependency":"\(origin.authority)",\
                "metric":"availability"
                """
            try await api.send(
                "PUT", "/thresholds", #"{\#(subject),"warning":0.9,"window":"10s","minimum_calls":5}"#)
            try await api.send(
                "PUT", "/rules/quick",
                #"{\#(subject),"severity":"warning","for_seconds":2,"keep_firing_for_seconds":2}"#)
        }

        @Test("an alert fires, is taken on and resolves live, and the link of its message opens the past")
        func alerts() async throws {
            try await withDashboard(environment: AlertBench.environment) { venus, browser in
                let origin = try Origin()
                let api = try await venus.signIn()
                let receiver = try await AlertBench.receiver(of: api, in: venus.directory).process
                defer { withExtendedLifetime(receiver) {} }
                try await Self.watch(api, origin)
                let calls = SteadyCalls(through: venus.proxyPort, origin)
                defer { withExtendedLifetime(calls) {} }
                try await browser.open(venus.signInLink())
                try await browser.wait(for: "#table tbody tr")
                try await browser.click("[data-view=alerts]")
                #expect(try await browser.wait(for: "#alerts-empty").contains("Nothing is wrong"))

                calls.call("/status/503")
                let group = ".alert-group[data-state=firing]"
                try await browser.wait(for: group, within: .seconds(40)) {
                    $0.contains("checkout → \(origin.authority)")
                        && $0.contains("is below the warning limit of 90\u{a0}%")
                }
                #expect(try await browser.wait(for: "#views .count") == "1")
                #expect(try await browser.run("return document.title").string == "1 fault · Venus")
                try await browser.wait(for: "\(group) .evidence", within: .seconds(30)) { $0.contains("503") }
                try await browser.wait(for: ".transition[data-kind=firing]")
                let message = try await eventually("the message") { try AlertBench.messages(receiver).first }

                // It is a fault that somebody can take on as soon as people are told of it.
                try await browser.wait(for: "\(group) [data-action=acknowledge]")
                try await browser.click("\(group) [data-action=acknowledge]")
                try await browser.type("looking into it", into: "\(group) .alert-form input")
                try await browser.click("\(group) .alert-form [type=submit]")
                try await browser.wait(for: "\(group) .taken") {
                    $0.contains("administrator") && $0.contains("looking into it")
                }
                let stored = try await api.get("/alerts?state=firing")["items"].array
                #expect(stored.contains { $0["acknowledged"]["comment"].string == "looking into it" })
                try await browser.click("\(group) [data-action=silence]")
                try await browser.click("\(group) .alert-form [type=submit]")
                try await browser.wait(for: "#silences") { $0.contains("dependency is \(origin.authority)") }
                #expect(try await api.get("/silences")["items"].array.count == 1)
                try await browser.click("#silences button")
                try await eventually(within: .seconds(10), "the silence's end") {
                    try await api.get("/silences")["items"].array.isEmpty
                }

                try await browser.click("[data-view=dependencies]")
                try await browser.wait(for: ".edge[data-alert=firing] .line")
                try await browser.wait(for: ".node[data-alert=firing] .badge circle")
                calls.call("/")
                try await browser.click("[data-view=alerts]")
                try await browser.wait(for: ".transition[data-kind=resolved]", within: .seconds(40))
                try await browser.wait(for: "#alerts-empty")
                #expect(try await browser.isShown("#views .count") == false)
                #expect(try await browser.consoleErrors() == [])

                try await past(message, origin, api, browser)
            }
        }

        /// Opens the link of a message.
        private func past(
            _ message: AlertBench.Message, _ origin: Origin, _ api: VenusAPI, _ browser: Browser
        ) async throws {
            let link = try #require(message.data["link"].string)
            let time = message.timestamp
            try await eventually(within: .seconds(100), poll: .milliseconds(500), "the history") {
                let edge = try await api.get("/graph?at=\(time)").edge("checkout", origin.authority)
                return (edge?["kpis"]["server_error_rate"].double ?? 0) > 0
            }
            try await browser.open(link)
            try await browser.wait(for: "#past-text") { $0.hasPrefix("As it was at") }
            try await browser.wait(for: "#details h2") { $0 == origin.authority }
            try await browser.wait(for: "#details .facts") { !$0.contains("Availability100\u{a0}%") }
            try await browser.wait(for: "#cards .figure") { $0.contains("%") }
            #expect(try await browser.run("return location.search").string?.contains("chosen=") == true)
            try await browser.click("#to-now")
            try await eventually("the present") { try await !browser.isShown("#past") }
            try await browser.run("history.back()")
            try await browser.wait(for: "#past-text")
            try await browser.run("history.forward()")
            try await eventually("the present again") { try await !browser.isShown("#past") }
            // A page that is left closes its socket, which the console calls an error.
            #expect(try await browser.consoleErrors().filter { !$0.contains("Back-Forward Cache") } == [])
        }

        @Test(
            "this machine is among the hosts, has a page with charts, and stands beside the times of its services' calls"
        )
        func hosts() async throws {
            let environment = ["VENUS_SERVICE": "checkout", "VENUS_AGENT_READ_INTERVAL": "1s"]
            try await withDashboard(environment: environment) { venus, browser in
                let origin = try Origin()
                try await venus.curl(origin.url())
                try await browser.open(venus.signInLink())
                try await browser.wait(for: "#table tbody tr")
                try await browser.click("#table tbody .link")
                let line = try await browser.wait(for: "#details .host-lines", within: .seconds(30)) {
                    $0.contains("CPU")
                }
                try await beside(browser)
                try await browser.click("[data-view=hosts]")
                let row = try await browser.wait(for: "#host-table tbody tr", within: .seconds(30)) {
                    $0.contains("%") && $0.contains("checkout")
                }
                let name = try #require(try await browser.text("#host-table tbody .link"))
                #expect(line.contains(name) && row.contains(name))
                try await browser.click("#host-table tbody .link")
                #expect(try await browser.wait(for: "#host-name") == name)
                try await browser.wait(for: "#host-facts") { $0.contains("Memory") && $0.contains("%") }
                try await browser.wait(for: "#host-charts .chart:not([hidden]) .legend strong", within: .seconds(100)) {
                    $0.contains("%")
                }
                // Which programs use most is read once a minute, and told when the next is over; one that was missed, a
                // minute later.
                try await browser.wait(for: "#host-programs .programs", within: .seconds(200)) { $0.contains("%") }
                #expect(try await browser.run("return location.search").string?.contains("host=") == true)
                try await browser.click("#all-hosts")
                try await browser.wait(for: "#host-table tbody tr")
                try await browser.run("history.back()")
                #expect(try await browser.wait(for: "#host-name") == name)
                #expect(try await browser.consoleErrors() == [])
            }
        }

        /// Beside the response time of the service that is chosen stands the pressure of the host that its sidecar runs
        /// on: a line for each resource, with what it was last. Minutes have to be over first.
        private func beside(_ browser: Browser) async throws {
            let titles = try await eventually(within: .seconds(130), poll: .milliseconds(500), "the chart") {
                let titles = try await browser.run(
                    """
                    return [...document.querySelectorAll("#details .chart")].filter((chart) => chart.checkVisibility())
                      .map((chart) => chart.querySelector(".chart-head span").textContent);
                    """
                ).array.compactMap(\.string)
                return titles.contains("Pressure of its hosts") && titles.contains("Response time p95") ? titles : nil
            }
            let place = try #require(titles.firstIndex(of: "Response time p95"))
            #expect(titles.dropFirst(place + 1).first == "Pressure of its hosts", "\(titles)")
            let legend = "#details .chart.lines:not([hidden]) .legend"
            try await browser.wait(for: legend, within: .seconds(70)) { text in
                ["CPU", "memory", "I/O"].allSatisfy(text.contains) && text.contains("%")
            }
            let label = try await browser.run(
                "return document.querySelector('#details .chart.lines svg').getAttribute('aria-label')")
            #expect(label.string?.contains("Pressure of its hosts") == true && label.string?.contains("%") == true)
        }

        @Test("the report says which limits a service crosses, and its objectives how much of their budget is left")
        func report() async throws {
            try await withDashboard(environment: ["VENUS_SERVICE": "checkout"]) { venus, browser in
                let origin = try Origin()
                let api = try await venus.signIn()
                try await browser.open(venus.signInLink())
                try await browser.wait(for: "#waiting")
                try await browser.click("[data-view=report]")
                #expect(
                    try await browser.wait(for: "#objectives-empty").contains(
                        "-X PUT \(venus.dashboard)api/v1/objectives"))
                try await browser.wait(for: "#report-empty")
                try await api.send(
                    "PUT", "/objectives/steady",
                    #"{"level":"service","environment":"production","service":"checkout","target":0.999}"#)
                for _ in 0..<25 { try await venus.curl(origin.url("/status/503")) }
                try await browser.wait(for: ".report-card[data-grade=poor]", within: .seconds(30)) {
                    $0.contains("checkout")
                        && $0.contains("Availability 0\u{a0}% is below the critical limit of 95\u{a0}%")
                }
                let objective = try await browser.wait(for: "#objective-list .objective", within: .seconds(60)) {
                    $0.contains("missed")
                }
                #expect(objective.contains("99.9\u{a0}% available over 30\u{a0}d") && objective.contains("burning"))
                try await browser.click(".report-card .link")
                #expect(try await browser.wait(for: "#details h2") == "checkout")
                try await browser.wait(for: "#details .objective", within: .seconds(30)) { $0.contains("missed") }
                #expect(try await browser.consoleErrors() == [])
            }
        }

        @Test(
            "what one fault explains is folded under it, and a rule beside the one that stands by itself is shown once")
        func groups() async throws {
            try await withDashboard { venus, browser in
                try await browser.open(venus.dashboard)
                let answer = try await browser.run(
                    """
                    const alert = (service, dependency, state, fault, inhibited = false) => ({
                      id: `${service} ${dependency} ${state}`, fault, inhibited, state, severity: "critical", limit: 0.95,
                      metric: "availability", since: "2026-11-22T08:00:00Z", acknowledged: null, silenced: false,
                      subject: { level: "edge", environment: "production", service, dependency },
                    });
                    return import("/alerts/groups.js").then(({ groupAlerts }) => groupAlerts([
                      alert("web", "checkout:80", "firing", "1", true), alert("checkout", "bank:443", "pending", null),
                      alert("checkout", "bank:443", "firing", "1"), alert("checkout", "mail:25", "pending", null),
                    ]).map(({ node, state, alerts, inhibited }) =>
                      `${node.name} ${state} ${alerts.length} ${inhibited.length}`));
                    """)
                #expect(answer.array.compactMap(\.string) == ["bank:443 firing 1 1", "mail:25 pending 1 0"])
                let address = try await browser.run(
                    """
                    return import("/place.js").then(({ addressOf, readPlace }) => [
                      "", "?view=alerts", "?host=web-1", "?window=1h&environment=a%26b&at=2026-11-22T08%3A00%3A00Z&chosen=x%2Fy",
                      "?view=nonsense&window=7m&at=soon",
                    ].map((search) => addressOf(readPlace(search))));
                    """)
                #expect(
                    address.array.compactMap(\.string) == [
                        "/", "/?view=alerts", "/?host=web-1",
                        "/?window=1h&environment=a%26b&at=2026-11-22T08%3A00%3A00Z&chosen=x%2Fy", "/",
                    ])
            }
        }

        @Test(
            "events follow each other; what does not follow is asked for anew, and a place outlives a sign-in elsewhere"
        )
        func order() async throws {
            try await withDashboard { venus, browser in
                try await browser.open(venus.dashboard)
                let taken = try await browser.run(
                    """
                    return import("/live/event-view.js").then(({ EventView }) => {
                      const view = new EventView({});
                      const receive = (type, epoch, seq, from) => view.receive({ type, epoch, seq, from, data: {} });
                      return [
                        receive("update", 1, 4, 3), receive("snapshot", 1, 4), receive("update", 1, 5, 4),
                        receive("gap", 1, 90, 5), receive("update", 1, 91, 90), receive("update", 1, 93, 92),
                        receive("update", 2, 92, 91), view.position.seq,
                      ].map(String);
                    });
                    """)
                #expect(
                    taken.array.compactMap(\.string) == [
                        "false", "true", "true", "true", "true", "false", "false", "91",
                    ])
                try await browser.run("sessionStorage.setItem('venus.place', '?view=hosts')")
                try await browser.open(venus.signInLink())
                try await browser.wait(for: "#main")
                // A link that signs in says itself where it leads.
                #expect(try await browser.run("return location.search").string == "")
                try await browser.run("sessionStorage.setItem('venus.place', '?view=hosts')")
                try await browser.open(venus.dashboard)
                try await browser.wait(for: "#host-list")
                #expect(try await browser.run("return location.search").string == "?view=hosts")
                try await browser.open(venus.dashboard)
                try await browser.wait(for: "#waiting")
            }
        }

        @Test("an alert of a host marks it among the hosts, and a reading that ended is not among the programs of now")
        func hostAlerts() async throws {
            try await withDashboard { venus, browser in
                try await browser.open(venus.dashboard)
                let marks = try await browser.run(
                    """
                    const alert = (host, state, rule) => ({
                      id: rule, fault: null, inhibited: false, state, severity: "critical", limit: 0.9, since: null,
                      changed_at: "2026-11-22T08:00:00Z", metric: "host:system.cpu.utilization",
                      subject: { level: "host", host }, acknowledged: null, silenced: false, value: 0.97,
                    });
                    return Promise.all([import("/alerts/marks.js"), import("/alerts/words.js")]).then(([marks, words]) => {
                      const hosts = marks.alertsOfHosts([
                        alert("web-1", "pending", "a"), alert("web-1", "firing", "b"), alert("web-2", "pending", "c"),
                      ]);
                      return [...hosts].map(([host, alerts]) =>
                        `${host} ${marks.gravest(alerts)} ${words.measured(alerts[0])}`.replaceAll("\\u00a0", " "));
                    });
                    """)
                #expect(
                    Set(marks.array.compactMap(\.string)) == [
                        "web-1 firing CPU 97 % is above the critical limit of 90 %",
                        "web-2 pending CPU 97 % is above the critical limit of 90 %",
                    ])
                let programs = try await browser.run(
                    """
                    const point = (minute, mean) => ({ at: `2026-11-22T08:0${minute}:00Z`, mean });
                    const program = (name, ...points) => ({
                      name: "process.memory.usage", attributes: { "process.executable.name": name }, points,
                    });
                    return import("/hosts/programs.js").then(({ topPrograms }) => [null, "2026-11-22T08:01:30Z"].map((at) =>
                      topPrograms([{ series: [
                        program("old", point(1, 9e9)), program("small", point(1, 1e6), point(2, 1e6)),
                        program("large", point(2, 2e6)),
                      ] }], at).map((list) => list.querySelector("ul").textContent).join().replaceAll("\\u00a0", " ")));
                    """)
                #expect(programs.array.compactMap(\.string) == ["large2.0 MBsmall1.0 MB", "old9.0 GBsmall1.0 MB"])
            }
        }
    }
}
