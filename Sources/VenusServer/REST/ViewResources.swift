import HTTPTypes
import Hummingbird
import VenusCore

/// `GET /api/v1/graph` and `GET /api/v1/kpis`: what the live socket pushes, asked for once.
struct ViewResources: Sendable {
    let live: LiveState
    let past: PastGraphs
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64
    private let answers = LiveAnswers()

    init(live: LiveState, reader: HistoryReader, retention: Retention, now: @escaping @Sendable () -> Int64) {
        self.live = live
        self.now = now
        past = PastGraphs(live: live, reader: reader, retention: retention)
    }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/graph", entry: .reading, isBrief: true, handle: respondGraph),
            Route(.get, "/api/v1/kpis", entry: .reading, isBrief: true, handle: respondKPIs),
        ]
    }

    private static let graphParameters = (View.filterNames(.graph) + ["at", "compare", "format"]).sorted()
    private static let kpisParameters = (View.filterNames(.kpis) + ["format"]).sorted()

    @Sendable private func respondKPIs(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(Self.kpisParameters)
        let view = try View(topic: .kpis, parameters: parameters)
        let format = try TableFormat(parameters, request, among: [.json, .csv])
        return await answer(view, format == .csv ? .csv : .json, request)
    }

    @Sendable private func respondGraph(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(Self.graphParameters)
        let view = try View(topic: .graph, parameters: parameters)
        let format =
            try parameters.value(
                "format", allowed: GraphFormat.allCases.map(\.rawValue), parse: { GraphFormat(rawValue: $0) }) ?? .json
        let now = now()
        let at = try parameters.pastInstant("at", now: now)
        let compare = try parameters.pastInstant("compare", now: now)
        guard compare == nil || format.showsComparison else {
            throw Problem.invalidParameter("compare", "a comparison is shown in the formats json and cytoscape only.")
        }
        guard at != nil || compare != nil else { return await answer(view, .graph(format), request) }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            let graph = try await past.graph(view.filter, at: at, compare: compare, now: now)
            return request.answer(graph.bytes(format), mediaType: format.mediaType)
        }
    }

    /// Of the newest picture, on the connection's loop; one that the client has is not even written, and any other is
    /// written elsewhere.
    private func answer(_ view: View, _ format: LiveFormat, _ request: APIRequest) async -> Response {
        let picture = live.picture
        let headers = request.request.headers
        let entityTag = "W/\"\(picture.fingerprint)-\(format.tag)\""
        if headers.hasMatching(entityTag) { return Representation.notModified(entityTag: entityTag) }
        let question = LiveAnswers.Question(view: view, format: format, isCompressed: headers.acceptsGZip)
        let answer = await answers.answer(question, of: picture) {
            Representation(
                picture.bytes(view, format), mediaType: format.mediaType, entityTag: entityTag,
                compressed: question.isCompressed)
        }
        return answer.response(to: request)
    }
}

extension QueryParameters {
    /// An instant of the past, in milliseconds since the epoch.
    fileprivate func pastInstant(_ name: String, now: Int64) throws(Problem) -> Int64? {
        guard let at = try instant(name) else { return nil }
        guard at > 0, at <= now else { throw Problem.invalidParameter(name, "must be in the past.") }
        return at
    }
}

extension LivePicture {
    fileprivate func bytes(_ view: View, _ format: LiveFormat) -> [UInt8] {
        let at = Timestamp.text(milliseconds: at)
        switch format {
        case .json, .graph(.json): return render(view).bytes
        case .csv: return KPIsOutput(window(view.filter.window), filter: view.filter).csv(at: at)
        case .graph(let format):
            var graph = GraphOutput(window(view.filter.window), filter: view.filter)
            graph.at = at
            return graph.bytes(format)
        }
    }
}
