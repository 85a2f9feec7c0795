import Logging
import Synchronization
import VenusStore

/// Has the live state graded by what the store says. Every server asks each second, which costs one row where nothing
/// has changed; the one through which something is changed asks at once.
final class ThresholdReader: Sendable {
    private let store: any WatchStore
    private let live: LiveState
    private let logger: Logger
    /// Whether it was said that the store does not answer.
    private let hasComplained = Mutex(false)

    init(store: any WatchStore, live: LiveState, logger: Logger) {
        self.store = store
        self.live = live
        self.logger = logger
    }

    func refresh() async {
        do {
            if let state = try await store.watchState(unless: live.picture.thresholds.version) {
                live.grade(by: StoredThresholds(version: state.version, table: state.table))
            }
            hasComplained.withLock { $0 = false }
        } catch {
            let isFirst = hasComplained.withLock { complained in
                defer { complained = true }
                return !complained
            }
            guard isFirst else { return }
            logger.warning(
                "Thresholds could not be read; grades go by those that were read before",
                metadata: ["error": "\(error)"])
        }
    }
}
