/// One view as JSON: `at`, which moves with every tick, and all the rest, which tells whether anything changed.
package struct RenderedView: Sendable, Equatable {
    /// `{"at":"…",`
    package var start: [UInt8]
    /// The other members and the closing brace.
    package var rest: [UInt8]

    package var bytes: [UInt8] { start + rest }
}

extension LivePicture {
    /// - Precondition: the view is of calls, not of hosts: see ``HostsPicture``.
    package func render(_ view: View) -> RenderedView {
        let filter = view.filter
        let body: [UInt8] =
            switch view.topic {
            case .alerts: preconditionFailure("alerts are no part of the picture: see AlertsPicture")
            case .calls: CallsOutput(calls, filter: filter).json
            case .graph: GraphOutput(window(filter.window), filter: filter).json
            case .hosts: preconditionFailure("hosts are not made of calls")
            case .kpis: KPIsOutput(window(filter.window), filter: filter).json
            }
        // `at` is the first of the sorted members, so it can be put before them without encoding again.
        let start = Array("{\"at\":\"\(Timestamp.text(milliseconds: at))\",".utf8)
        return RenderedView(start: start, rest: Array(body.dropFirst()))
    }
}
