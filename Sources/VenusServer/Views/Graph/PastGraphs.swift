import VenusCore

/// Graphs of past times, made from history, and compared with others.
struct PastGraphs: Sendable {
    let live: LiveState
    let reader: HistoryReader
    let retention: Retention

    /// - Parameters:
    ///   - at: milliseconds since the epoch; `nil`: the live picture.
    ///   - compare: milliseconds since the epoch of the time to compare with; `nil`: none.
    func graph(_ filter: ViewFilter, at: Int64?, compare: Int64?, now: Int64) async throws -> GraphOutput {
        let picture = live.picture
        let shown = try await at.asyncMap { try await read(filter, at: $0, now: now) }
        let other = try await compare.asyncMap { try await read(filter, at: $0, now: now) }
        let environments = [shown, other].reduce(into: picture.environments) { all, past in
            for edge in past?.edges ?? [] { all.insert(edge.key.environment) }
        }
        let ids = Identifiers(namesEnvironment: environments.count > 1)
        var graph: GraphOutput
        if let shown {
            graph = GraphOutput(shown.picture(filter, ids, picture), filter: filter)
            graph.at = Timestamp.text(milliseconds: shown.at)
            graph.span = SpanOutput(shown.span)
        } else {
            var window = picture.window(filter.window)
            window.identifiers = ids
            graph = GraphOutput(window, filter: filter)
            graph.at = Timestamp.text(milliseconds: picture.at)
        }
        guard let other else { return graph }
        let past = GraphOutput(other.picture(filter, ids, picture), filter: filter)
        return graph.compared(
            with: past, at: Timestamp.text(milliseconds: other.at), span: SpanOutput(other.span))
    }

    private struct Past {
        var at: Int64
        var span: HistorySpan
        /// Sorted by key.
        var edges: [(key: SeriesKey, value: KPITotals)]

        /// - Parameter now: whose thresholds are used, and who is behind an address.
        func picture(_ filter: ViewFilter, _ ids: Identifiers, _ now: LivePicture) -> WindowPicture {
            // What is still to come of the last bucket does not water down its load.
            let seconds = max(1, min(span.end, span.now) - span.from)
            return WindowPicture(
                window: filter.window, at: at, edges: edges, span: Double(seconds), identifiers: ids,
                announced: now.announced, thresholds: now.thresholds.table)
        }
    }

    /// All edges of the environment: the nodes of services that are called show what they call themselves, whatever
    /// the filter leaves out.
    private func read(_ filter: ViewFilter, at: Int64, now: Int64) async throws -> Past {
        var all = ViewFilter()
        all.window = filter.window
        all.environment = filter.environment
        let span = HistorySpan(filter.window, endingAt: (at + 999) / 1_000, now: now / 1_000, retention: retention)
        return Past(at: at, span: span, edges: try await reader.edges(span, filter: all))
    }
}

extension Optional where Wrapped: Sendable {
    fileprivate func asyncMap<Result>(_ transform: (Wrapped) async throws -> Result) async rethrows -> Result? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
