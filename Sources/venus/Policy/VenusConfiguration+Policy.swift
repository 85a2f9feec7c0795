import ArgumentParser
import Logging
import VenusProxy

extension VenusConfiguration {
    /// The egress policy, and what keeps it as its file has it; `nil` where there is no file. Prints what is wrong with
    /// the file and exits with 78.
    func openPolicy(logger: Logger) throws -> PolicyFileWatch? {
        guard let path = policy.file else { return nil }
        do {
            return try PolicyFileWatch(path: path, logger: logger) { [mode = policy.mode] text in
                var policy = try PolicyText.policy(text)
                if let mode { policy.mode = mode }
                return policy
            }
        } catch {
            let problem = ConfigurationError(
                place: source(of: .policyFile).description, key: ConfigurationKey.policyFile.name,
                problem: "\(path.shownInError): \(error)")
            printError("\(ConfigurationErrors([problem]))")
            throw ExitCode.configuration
        }
    }
}
