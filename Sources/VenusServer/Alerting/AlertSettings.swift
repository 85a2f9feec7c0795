import VenusAlerts
import VenusCore
import VenusStore

/// What alerts are evaluated by, as people have set it; read again when it changed, which costs one row a second.
actor AlertSettings {
    private let store: any WatchStore
    private let notices: NoticeStateMachine.Settings
    private var version: Int64?

    init(_ store: any WatchStore, _ configuration: AlertingConfiguration) {
        self.store = store
        notices = NoticeStateMachine.Settings(
            gather: configuration.gather.components.seconds,
            repeatEvery: configuration.repeatEvery.components.seconds)
    }

    /// `nil` where it is as it was the last time, unless it is asked anew.
    func next(anew: Bool) async throws -> AlertEvaluation.Settings? {
        guard let state = try await store.watchState(unless: anew ? nil : version) else { return nil }
        version = state.version
        return AlertEvaluation.Settings(
            thresholds: state.table, rules: state.rules.map(\.item), objectives: state.objectives.map(\.item),
            silences: state.silences.map(\.item), acknowledgements: state.acknowledgements.map(\.item),
            forgettings: state.forgettings.map(\.item), notices: notices)
    }
}
