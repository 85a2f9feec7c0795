import Synchronization
import VenusAnalysis

/// A clock that moves when told to, and when someone sleeps on it: then nobody waits.
final class ManualClock: WallClock {
    private let milliseconds: Mutex<Int64>

    init(_ milliseconds: Int64) { self.milliseconds = Mutex(milliseconds) }

    var now: Int64 { milliseconds.withLock { $0 } }

    func sleep(until instant: Int64) async { milliseconds.withLock { $0 = max($0, instant) } }

    func move(to instant: Int64) { milliseconds.withLock { $0 = max($0, instant) } }
}
