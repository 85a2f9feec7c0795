package import Logging

/// Keeps a proxy's egress policy as its file has it: a change holds within about a second. What is wrong with a new
/// file is logged, and the policy that held goes on to hold.
package struct PolicyFileWatch: Sendable {
    /// How often to look at the file. A change is taken up at the second look that sees it.
    private static let interval: Duration = .milliseconds(500)

    /// Reads the text of a policy's file; throws what a person is told of its faults.
    package typealias Parse = @Sendable (String) throws -> EgressPolicy

    private let file: KeysFile
    private let parse: Parse
    private let logger: Logger
    private let clock: any Clock<Duration>
    private let loaded: KeysFile.Fingerprint
    /// The policy at the start.
    package let policy: EgressPolicy
    /// What holds, for heartbeats.
    package let standing: PolicyStanding

    /// Reads the file, which has to be there and right. Throws an error that tells what is wrong with it.
    package init(
        path: String, logger: Logger, clock: any Clock<Duration> = ContinuousClock(),
        standing: PolicyStanding = PolicyStanding(), parse: @escaping Parse
    ) throws {
        file = KeysFile(path: path)
        let content = try file.readText()
        policy = try parse(content.text)
        loaded = content.fingerprint
        self.parse = parse
        self.logger = logger
        self.clock = clock
        self.standing = standing
        standing.holds(policy, text: content.text)
        speak(of: content)
    }

    /// Gives `use` the policy of every new file, until the task is cancelled.
    package func run(_ use: (EgressPolicy) -> Void) async {
        var machine = KeysFileWatchStateMachine(loaded: loaded)
        while (try? await clock.sleep(for: Self.interval)) != nil {
            switch machine.looked(file.fingerprint) {
            case .nothing: break
            case .sayThatItIsGone:
                standing.failed("the file is gone")
                logger.error(
                    "the policy file is gone; the policy from before holds on", metadata: ["path": "\(file.path)"])
            case .read:
                do {
                    let content = try file.readText()
                    let policy = try parse(content.text)
                    use(policy)
                    standing.holds(policy, text: content.text)
                    logger.notice(
                        "read the policy file again",
                        metadata: [
                            "path": "\(file.path)", "rules": "\(policy.rules.count)", "mode": "\(policy.mode.rawValue)",
                        ])
                    speak(of: content)
                } catch KeysFileError.changing {
                    machine.readTooEarly()
                } catch {
                    standing.failed("\(error)")
                    logger.error(
                        "the policy file has changed and cannot be used; the policy from before holds on",
                        metadata: ["path": "\(file.path)", "reason": "\(error)"])
                }
            }
        }
    }

    private func speak(of content: KeysFile.Text) {
        guard content.isWritableByGroup else { return }
        logger.warning(
            "the policy file can be written by its group, whose members can let calls out",
            metadata: ["path": "\(file.path)"])
    }
}
