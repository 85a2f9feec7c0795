import HTTPTypes
import VenusAnalysis
import VenusCore
import VenusStore

extension OpenAPIOperation {
    /// Every operation, as the routes have them; the tests compare the two.
    static let all = sight + watch + state + alerts + entry + accounts + hosts + probes

    // MARK: What people look at

    private static let sight = [
        OpenAPIOperation(
            path: "/api/v1/graph", id: "getGraph", summary: "The dependency graph, now or at a past time", tag: "KPIs",
            parameters: [
                .time("at", "A past time: the graph is made from history then."),
                .time("compare", "Another past time: what each node and edge was then, and the change since."),
                .dependency, .environment,
                .choice("format", GraphFormat.allCases.map(\.rawValue), "How the graph is written; json by default."),
                .choice("group", DependencyGroup.allCases.map(\.rawValue), "Puts dependencies together."),
                .service, .window,
            ],
            contents: [
                .json("Graph", "CytoscapeGraph", "GrafanaGraph"), .text(GraphFormat.dot.mediaType),
                .text(GraphFormat.mermaid.mediaType),
            ], isKept: true),
        OpenAPIOperation(
            path: "/api/v1/kpis", id: "getKPIs", summary: "Rolling KPIs", tag: "KPIs",
            parameters: [
                .choice("by", Grouping.allCases.map(\.rawValue), "What is listed; edge by default."),
                .dependency, .environment,
                .choice("format", ["json", "csv"], "Instead of the field Accept."),
                .number("limit", 1...KPIsPage.maximumItems, "Items at most."),
                .number("offset", 0...KPIsPage.maximumOffset, "Items that are passed over."),
                .service,
                .choice("sort", KPIsOrder.allNames, "A measure, the smallest first; with - before it the greatest."),
                .window,
            ],
            contents: [.json("KPIs"), .text(TableFormat.csvMediaType)], isKept: true),
        OpenAPIOperation(
            path: "/api/v1/history", id: "getHistory", summary: "Stored KPIs over a range", tag: "KPIs",
            parameters: [
                .dependency, .environment,
                .choice("format", TableFormat.allCases.map(\.rawValue), "Points, columns, or CSV instead of Accept."),
                .time("from", "The start, instead of range."), .text("operation", "Only this operation's calls."),
                .choice("range", HistoryRange.allCases.map(\.rawValue), "A span that ends now; hour by default."),
                .service, .time("to", "The end; now by default."),
            ],
            contents: [.json("History", "HistoryColumns"), .text(TableFormat.csvMediaType)], isKept: true),
        OpenAPIOperation(
            method: .delete, path: "/api/v1/services/{name}", id: "forgetService",
            summary: "Forgets a service's history; one that still calls is known again", tag: "KPIs",
            parameters: [.inPath("name", "The service's name."), .environment], success: 204,
            refusals: [404, 409]),
        OpenAPIOperation(
            method: .delete, path: "/api/v1/dependencies/{id}", id: "forgetDependency",
            summary: "Forgets a dependency's history; one that is still called is known again", tag: "KPIs",
            parameters: [.inPath("id", "host:port."), .environment], success: 204, refusals: [404, 409]),
        OpenAPIOperation(
            path: "/api/v1/calls", id: "getCalls", summary: "The last, the slowest and the failed calls", tag: "KPIs",
            parameters: [
                .dependency, .environment,
                .number("limit", 1...RecentCalls.maximumCalls, "Calls in each of the three lists at most."),
                .text("operation", "Only this operation's calls."), .service,
            ],
            contents: [.json("Calls")], isKept: true),
        OpenAPIOperation(
            path: "/api/v1/live", id: "getLive", summary: "The live socket (WebSocket, see asyncapi.json)",
            tag: "KPIs", success: 101, refusals: [426]),
    ]

    // MARK: The state of Venus itself

    private static let state = [
        OpenAPIOperation(
            path: "/api/v1/losses", id: "getLosses", summary: "Calls that never arrived, and what could not be read",
            tag: "State",
            parameters: [
                .text("quarantined_before", "What `quarantined.next` of the page before says."),
                .time("since", "Noticed since then; a day ago by default."),
            ],
            contents: [.json("Losses")], isKept: true),
        OpenAPIOperation(
            path: "/api/v1/proxies", id: "getProxies", summary: "The runs of the proxies", tag: "State",
            parameters: [
                .environment, .host, .service,
                .choice("state", ProxyLiveness.allCases.map(\.rawValue), "Only those that fare so."),
            ],
            contents: [.json("Proxies")], isKept: true),
        OpenAPIOperation(
            path: "/api/v1/policy", id: "getPolicy", summary: "The egress policies that running proxies go by",
            tag: "State", parameters: [.environment, .host, .service], contents: [.json("Policies")], isKept: true),
        OpenAPIOperation(
            path: "/api/v1/pins", id: "getPins", summary: "The clients that interception passes through", tag: "State",
            contents: [.json("Pins")], isKept: true),
        OpenAPIOperation(
            path: AsyncAPI.path, id: "getAsyncAPI", summary: "The live socket, in AsyncAPI 3", tag: "State",
            contents: [.init(mediaType: "application/json", schema: #"{"type":"object"}"#)], isKept: true),
        OpenAPIOperation(
            path: OpenAPIDocument.path, id: "getOpenAPI", summary: "This description", tag: "State",
            contents: [.init(mediaType: "application/json", schema: #"{"type":"object"}"#)], isKept: true),
    ]

    // MARK: Who gets in

    private static let entry = [
        OpenAPIOperation(
            method: .post, path: "/api/v1/login", id: "login", summary: "Opens a session", tag: "Sign-in", isOpen: true,
            body: "Credentials", contents: [.json("NewSession")], refusals: [401, 429, 503]),
        OpenAPIOperation(
            path: "/api/v1/login", id: "getWaysIn", summary: "The ways to sign in", tag: "Sign-in", isOpen: true,
            contents: [.json("WaysIn")]),
        OpenAPIOperation(
            path: GitHubResource.path, id: "beginGitHubLogin", summary: "Sends a browser to GitHub to sign in",
            tag: "Sign-in", isOpen: true, success: 302, refusals: [404]),
        OpenAPIOperation(
            method: .post, path: GitHubResource.path, id: "beginGitHubLoginOfCommandLine",
            summary: "Where a page of ours sends a browser for a command line of the same machine", tag: "Sign-in",
            isOpen: true, body: "CommandLine", contents: [.json("GitHubAddress")], refusals: [404]),
        OpenAPIOperation(
            path: GitHubResource.callbackPath, id: "endGitHubLogin",
            summary:
                "Where GitHub sends the browser back to: to the dashboard, signed in, to the sign-in page, or to the "
                + "command line",
            tag: "Sign-in", isOpen: true,
            parameters: GitHubResource.parameters.map { .text($0, "As GitHub sends it.") }
                + GitHubResource.shortParameters.map {
                    .text($0, "As GitHub sends it.", maximum: GitHubResource.maximumShortLength)
                },
            success: 302,
            refusals: [404, 503]),
        OpenAPIOperation(
            method: .post, path: "/api/v1/logout", id: "logout", summary: "Ends the session", tag: "Sign-in",
            success: 204),
        OpenAPIOperation(
            method: .post, path: "/api/v1/password", id: "changePassword",
            summary: "Changes one's own password, and ends all sessions of one's own but this", tag: "Sign-in",
            body: "PasswordChange", success: 204, refusals: [409, 429, 503]),
        OpenAPIOperation(
            path: "/api/v1/session", id: "getSession", summary: "Who is asking", tag: "Sign-in",
            contents: [.json("CurrentSession")]),
        OpenAPIOperation(
            path: "/api/v1/sessions", id: "getSessions", summary: "Who is signed in; of others than admins their own",
            tag: "Sign-in",
            parameters: [
                .text("account", "Only this account's, such as `user:ada`."),
                .text("before", "What `next` of the page before says."),
                .number("limit", 1...SessionsResource.maximumSessions, "Sessions at most."),
            ],
            contents: [.json("Sessions")]),
        OpenAPIOperation(
            method: .delete, path: "/api/v1/sessions", id: "endOtherSessions",
            summary: "Ends all sessions of one's own but this", tag: "Sign-in", success: 204),
        OpenAPIOperation(
            method: .delete, path: "/api/v1/sessions/{id}", id: "endSession", summary: "Ends a session", tag: "Sign-in",
            parameters: [.inPath("id", "The session's id.")], success: 204, refusals: [404]),
    ]

    private static let accounts = [
        OpenAPIOperation(
            path: "/api/v1/users", id: "getUsers", summary: "Who may sign in with a password", tag: "Users and keys",
            contents: [.json("Users")]),
        OpenAPIOperation(
            method: .post, path: "/api/v1/users", id: "addUser", summary: "Adds a user", tag: "Users and keys",
            body: "NewUser", success: 201, contents: [.json("User")], refusals: [409]),
        OpenAPIOperation(
            method: .patch, path: "/api/v1/users/{name}", id: "changeUser",
            summary: "Changes a user, and ends the user's sessions", tag: "Users and keys",
            parameters: [.inPath("name", "The user's name.")], body: "UserChange", contents: [.json("User")],
            refusals: [404]),
        OpenAPIOperation(
            method: .delete, path: "/api/v1/users/{name}", id: "removeUser",
            summary: "Removes a user, and ends the user's sessions", tag: "Users and keys",
            parameters: [.inPath("name", "The user's name.")], success: 204, refusals: [404]),
        OpenAPIOperation(
            path: "/api/v1/keys", id: "getKeys", summary: "The keys of programs", tag: "Users and keys",
            contents: [.json("Keys")]),
        OpenAPIOperation(
            method: .post, path: "/api/v1/keys", id: "createKey", summary: "Makes a key, which is shown this once",
            tag: "Users and keys", body: "NewKey", success: 201, contents: [.json("Key")], refusals: [409]),
        OpenAPIOperation(
            method: .delete, path: "/api/v1/keys/{id}", id: "revokeKey", summary: "Revokes a key",
            tag: "Users and keys",
            parameters: [.inPath("id", "The key's id.")], success: 204, refusals: [404]),
        OpenAPIOperation(
            path: "/api/v1/audit", id: "getAudit", summary: "What happened to who gets in, newest first",
            tag: "Users and keys",
            parameters: [
                .text("actor", "Only what this account or key did."),
                .number("before", 1...Int.max, "What `next` of the page before says."),
                .choice("event", AuditEntry.Event.allCases.map(\.rawValue), "Only what is of this kind."),
                .number("limit", 1...AuditResource.maximumLimit, "Entries at most."),
                .time("since", "Not before then."),
            ],
            contents: [.json("Audit")]),
    ]

    // MARK: Probes

    private static let probes = [
        OpenAPIOperation(
            path: HealthResource.path, id: "getHealth", summary: "The process lives", tag: "Probes", isOpen: true,
            contents: [.json("Health")]),
        OpenAPIOperation(
            path: ReadinessResource.path, id: "getReadiness", summary: "The server can do its work", tag: "Probes",
            isOpen: true, contents: [.json("Readiness")], unavailable: .json("Readiness")),
    ]
}

extension OpenAPIOperation.Parameter {
    static let dependency = text("dependency", "Only calls to this dependency: host:port, or its name.")
    static let environment = text("environment", "Only this environment.")
    static let host = text("host", "Only this machine.")
    static let service = text("service", "Only this service.")
    static let window = choice(
        "window", Window.allCases.map(\.name), "The rolling span that ends now; 5m by default.")

    static func text(
        _ name: String, _ description: String, maximum: Int = QueryParameters.maximumValueLength
    ) -> Self {
        Self(name: name, description: description, schema: text(0...maximum))
    }

    static func inPath(_ name: String, _ description: String) -> Self {
        Self(name: name, isInPath: true, description: description, schema: text(1...1_024))
    }

    /// Any but U+0000, which no name has.
    private static func text(_ characters: ClosedRange<Int>) -> String {
        #"{"type":"string","minLength":\#(characters.lowerBound),"maxLength":\#(characters.upperBound),"#
            + #""pattern":"^[^\\u0000]*$"}"#
    }

    static func time(_ name: String, _ description: String) -> Self {
        Self(name: name, description: description, schema: #"{"type":"string","format":"date-time"}"#)
    }

    static func number(_ name: String, _ bounds: ClosedRange<Int>, _ description: String) -> Self {
        let schema = "{\"type\":\"integer\",\"minimum\":\(bounds.lowerBound),\"maximum\":\(bounds.upperBound)}"
        return Self(name: name, description: description, schema: schema)
    }

    static func choice(_ name: String, _ values: [String], _ description: String) -> Self {
        let values = values.map(OpenAPIDocument.quoted).joined(separator: ",")
        return Self(name: name, description: description, schema: "{\"type\":\"string\",\"enum\":[\(values)]}")
    }
}
