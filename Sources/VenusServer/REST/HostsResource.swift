import FoundationEssentials
import HTTPTypes
import Hummingbird
import VenusCore
import VenusStore

/// `/api/v1/hosts`: the machines whose agents send readings, and what these were.
struct HostsResource: Sendable {
    private static let parameters = View.filterNames(.hosts).sorted()
    private static let historyParameters = ["format", "from", "metric", "range", "state", "subject", "to"]
    /// Of so many proxies that were heard of last, those that run on a host are found.
    static let maximumProxies = 10_000

    let store: any SignInStore
    let live: LiveState
    let audit: AuditLog
    let waiters: HostWaiters
    let retention: Retention
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    var routes: [Route] {
        [
            Route(.get, "/api/v1/hosts", entry: .reading, handle: list),
            Route(.get, "/api/v1/hosts/{host}/history", entry: .reading, handle: history),
            Route(.post, "/api/v1/hosts/{host}/readings", entry: .session(.admin, key: .writeHosts), handle: take),
            Route(
                .get, "/api/v1/hosts/{host}/watch", entry: .session(.admin, key: .writeHosts), handle: watchers),
            Route(.delete, "/api/v1/hosts/{host}", entry: .session(.operator, key: nil), handle: remove),
        ]
    }

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        let view = try View(topic: .hosts, parameters: try request.parameters(Self.parameters))
        let now = now()
        var picture = HostsPicture(at: now, hosts: [])
        if let name = view.filter.host {
            picture.hosts = try await store.host(named: name).map { [$0] } ?? []
        } else {
            picture.hosts = try await store.hosts(heardSince: 0)
        }
        picture.services = try await Self.services(store, live, now: now)
        return request.answer(picture.render(view.filter).bytes)
    }

    static func services(_ store: any SignInStore, _ live: LiveState, now: Int64) async throws -> HostServices {
        HostServices(try await store.proxies(limit: maximumProxies)) { live.liveness(of: $0, now: now).isAlive }
    }

    @Sendable private func history(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(Self.historyParameters)
        let format = try TableFormat(parameters, request, among: TableFormat.allCases)
        let (range, span) = try HistoryResource.span(parameters, retention, now: now() / 1_000)
        var filter = HostHistory.Filter(subject: parameters["subject"], state: parameters["state"])
        filter.metric = try parameters.value(
            "metric", allowed: HostMetric.allCases.map(\.name), parse: { HostMetric(name: $0) })
        let name = request.pathParameters["host"] ?? ""
        guard KnownHost.isName(name), try await store.host(named: name) != nil else { throw Problem.noSuch("host") }
        let stored = try await store.hostReadings(name, tier: span.tier, from: span.from, to: span.end)
        let history = HostHistory(host: name, range: range, span: span, filter: filter, stored: stored)
        switch format {
        case .json: return request.answer(history.json)
        case .columns: return request.answer(history.columns)
        case .csv: return request.answer(history.csv, mediaType: TableFormat.csvMediaType)
        }
    }

    @Sendable private func take(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let name = request.pathParameters["host"] ?? ""
        guard KnownHost.isName(name) else {
            throw Problem.invalidParameter("host", "is 1 to 255 printable ASCII characters without blanks and slashes.")
        }
        let batch = try await request.json(
            ReadingsBatch.self, explain: "The body is a batch of readings as `venus agent` sends it.",
            limit: ReadingsBatch.maximumBytes)
        if let fault = batch.fault { throw Problem.invalidBody("In a batch, \(fault).") }
        let principal = request.requirePrincipal()
        var keyID = ""
        if case .key(let id, _) = principal.kind { keyID = id }
        guard let receipt = try await store.addReadings(batch, of: name, keyID: keyID, now: now()) else {
            throw Problem.conflict("There are \(KnownHost.maximumCount) hosts, which is the most.")
        }
        return .json(try JSONOutput.encode(receipt))
    }

    @Sendable private func watchers(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(["wait_ms"])
        let hold = try parameters.number("wait_ms", in: 0...HostWaiters.maximumHold) ?? 0
        let name = request.pathParameters["host"] ?? ""
        guard KnownHost.isName(name) else { throw Problem.noSuch("host") }
        let now = now()
        if let until = try await store.host(named: name)?.watchedUntil, until > now {
            return .json(try JSONOutput.encode(HostWatchersOutput(watchedFor: until - now)))
        }
        guard hold > 0 else { return .json(try JSONOutput.encode(HostWatchersOutput())) }
        return .json(try JSONOutput.encode(await waiters.wait(name, hold: Int64(hold), now: now)))
    }

    @Sendable private func remove(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let name = request.pathParameters["host"] ?? ""
        guard KnownHost.isName(name), try await store.removeHost(name) else { throw Problem.noSuch("host") }
        try await audit.note(
            .hostRemoved, actor: request.requirePrincipal().actor, subject: "host:" + name, address: request.address)
        return Response(status: .noContent)
    }
}
