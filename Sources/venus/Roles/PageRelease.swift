import ServiceLifecycle
import VenusProxy

/// Lets go, in every interval, of the pages of code that only a start, or sending, needed: an agent does little, on a
/// machine that is there for something else.
struct PageRelease: Service {
    let interval: Duration

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat { ProcessMemory.releaseStartUpPages() } while (try? await Task.sleep(for: interval)) != nil
        }
    }
}
