public import Logging

/// Keeps a proxy's keys as its keys file has them: a change holds within about a second. What is wrong with a new file
/// is logged, and the keys that held go on to hold.
public struct KeysFileWatch: Sendable {
    /// How often to look at the file. A change is taken up at the second look that sees it.
    private static let interval: Duration = .milliseconds(500)

    private let file: KeysFile
    private let logger: Logger
    private let clock: any Clock<Duration>
    private let loaded: KeysFile.Fingerprint
    /// The keys at the start.
    public let keys: ServiceKeys

    /// Reads the file, which has to be there and right. Throws an error that tells what is wrong with it.
    public init(path: String, logger: Logger) throws {
        try self.init(path: path, logger: logger, clock: ContinuousClock())
    }

    package init(path: String, logger: Logger, clock: any Clock<Duration>) throws(KeysFileError) {
        file = KeysFile(path: path)
        let content = try file.read()
        keys = content.keys
        loaded = content.fingerprint
        self.logger = logger
        self.clock = clock
        Self.speak(of: content, path: path, logger)
    }

    /// Gives `use` the keys of every new file, until the task is cancelled.
    public func run(_ use: (ServiceKeys) -> Void) async {
        var machine = KeysFileWatchStateMachine(loaded: loaded)
        while (try? await clock.sleep(for: Self.interval)) != nil {
            switch machine.looked(file.fingerprint) {
            case .nothing: break
            case .sayThatItIsGone:
                logger.error(
                    "the keys file is gone; the keys from before hold on",
                    metadata: ["path": "\(file.path)"])
            case .read:
                do {
                    let content = try file.read()
                    use(content.keys)
                    logger.notice(
                        "read the keys file again",
                        metadata: [
                            "path": "\(file.path)", "keys": "\(content.keys.keys.count)",
                            "services": "\(content.keys.services.count)",
                        ])
                    Self.speak(of: content, path: file.path, logger)
                } catch .changing {
                    machine.readTooEarly()
                } catch {
                    logger.error(
                        "the keys file has changed and cannot be used; the keys from before hold on",
                        metadata: ["path": "\(file.path)", "reason": "\(error)"])
                }
            }
        }
    }

    private static func speak(of content: KeysFile.Content, path: String, _ logger: Logger) {
        if content.keys.keys.isEmpty {
            logger.warning(
                "the keys file holds no key, so that every request is refused; `venus key create` makes one",
                metadata: ["path": "\(path)"])
        }
        if content.isWritableByGroup {
            logger.warning(
                "the keys file can be written by its group, whose members can let themselves in",
                metadata: ["path": "\(path)"])
        }
    }
}
