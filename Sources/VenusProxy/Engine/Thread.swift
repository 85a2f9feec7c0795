import CLinux
import Glibc

/// A thread of our own: loops and resolvers stay on one for life.
struct Thread: Sendable {
    private let handle: pthread_t

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a thread that runs `body` and ends. `name`: at most 15 bytes, as the system shows it.
    init(name: String, body: @escaping @Sendable () -> Void) throws(ProxyError) {
        var handle = pthread_t()
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        let failure = pthread_create(
            &handle, nil,
            { argument in
                // pthread_create hands over the pointer below, which is never null.
                let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                clinux_name_thread(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard failure == 0 else {
            start.release()
            throw ProxyError(.resources, "starting a thread: \(Socket.describe(failure))")
        }
        self.handle = handle
    }

    /// Waits for its end. Once only.
    func join() { pthread_join(handle, nil) }

    /// Nobody will wait for its end.
    func detach() { pthread_detach(handle) }
}

/// A counting semaphore.
final class Semaphore: @unchecked Sendable {
    // Sendable: POSIX semaphores are made for several threads, and the memory never moves.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        semaphore.initialize(to: sem_t())
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func signal() { sem_post(semaphore) }

    func wait() { while sem_wait(semaphore) != 0 {} }
}
