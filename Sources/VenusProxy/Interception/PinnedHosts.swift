import CLinux
public import Logging
import Synchronization
package import VenusCore

/// The hosts where clients are passed through because they do not take our certificate: shared by all loops, kept in a
/// file of the data directory.
///
/// The file is the truth for all proxies of the directory: what one learns, the others know within about a second, and
/// what a person takes out of it is intercepted again. Loops only look at memory.
public final class PinnedHosts: Sendable {
    /// How often to look at the file, and to write into it what was learned.
    private static let interval: Duration = .seconds(1)

    private struct State {
        var table: PinTable
        /// Learned and not in the file yet.
        var unsaved: [PinnedHost: PinTable.Pin] = [:]
    }

    private let file: PinsFile?
    private let state: Mutex<State>
    private let clock: @Sendable () -> Int64
    private let logger: Logger

    /// - Parameters:
    ///   - path: of the file; `nil`: nothing outlives the process.
    ///   - lifetime: how long a pin lasts.
    public convenience init(path: String?, lifetime: Duration, logger: Logger) {
        self.init(path: path, lifetime: lifetime, logger: logger) { clinux_wall_microseconds() / 1_000_000 }
    }

    /// With a clock of one's own, in seconds since the epoch.
    package init(path: String?, lifetime: Duration, logger: Logger, clock: @escaping @Sendable () -> Int64) {
        file = path.map { PinsFile(path: $0) }
        self.clock = clock
        self.logger = logger
        state = Mutex(State(table: PinTable(lifetime: max(1, lifetime.components.seconds))))
        synchronize()
    }

    /// Whether to pass a client's tunnel to a host through instead of intercepting it.
    package func isPinned(_ host: PinnedHost) -> Bool {
        let now = clock()
        return state.withLock { $0.table.isPinned(host, now: now) }
    }

    /// The pins that hold now: those that last longest, as many as a heartbeat tells, and how many there are.
    package var reported: (pins: [PinnedClient], count: Int) {
        let now = clock()
        let pins = state.withLock { $0.table.pins }.filter { now < $0.value.expires }
        let last = pins.sorted {
            ($1.value.expires, $0.key.host, $0.key.client) < ($0.value.expires, $1.key.host, $1.key.client)
        }.prefix(ProxyReport.maximumPins)
        let listed = last.map { host, pin in
            PinnedClient(client: host.client, host: host.host, learned: pin.learned, expires: pin.expires)
        }
        return (listed, pins.count)
    }

    /// A client has turned our certificate down. Returns whether it is passed through from now on.
    @discardableResult
    package func rejected(_ host: PinnedHost) -> Bool {
        let now = clock()
        let verdict = state.withLock { state in
            let verdict = state.table.rejected(host, now: now)
            if case .learned(let pin) = verdict { state.unsaved[host] = pin }
            return verdict
        }
        guard case .learned = verdict else { return false }
        logger.notice(
            "a client does not take our certificate; it is passed through from now on",
            metadata: ["client": "\(host.client)", "host": "\(host.host)"])
        return true
    }

    /// Keeps memory and file alike until the task is cancelled.
    public func run() async {
        guard let file else { return }
        var seen = file.fingerprint
        // It may have changed since it was read first.
        synchronize()
        while (try? await Task.sleep(for: Self.interval)) != nil {
            let now = file.fingerprint
            guard now != seen || state.withLock({ !$0.unsaved.isEmpty }) else { continue }
            // As it was before it is read: of what changes meanwhile, the next look tells.
            seen = now
            synchronize()
        }
        synchronize()
    }

    /// Writes what was learned into the file, and takes over what it holds. May block on the disk.
    package func synchronize() {
        guard let file else { return }
        let now = clock()
        let unsaved = state.withLock { $0.unsaved }
        do throws(CertificateError) {
            let pins =
                unsaved.isEmpty
                ? try file.read()
                : try file.edit(now: now) { $0.merge(unsaved) { $0.expires > $1.expires ? $0 : $1 } }.pins
            state.withLock { state in
                for (host, pin) in unsaved where state.unsaved[host] == pin { state.unsaved[host] = nil }
                state.table.replace(with: pins.merging(state.unsaved) { $1 }, now: now)
            }
        } catch {
            // They hold on in memory; the next turn tries again.
            logger.error("cannot keep what was learned of pinned hosts", metadata: ["reason": "\(error)"])
        }
    }
}
