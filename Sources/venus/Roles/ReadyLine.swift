import ServiceLifecycle

/// Prints a line once the process heeds signals: who reads it may stop the process at once, and it ends in order.
struct ReadyLine: Service {
    let text: String

    func run() async throws {
        printLine(text)
        try? await gracefulShutdown()
    }
}
