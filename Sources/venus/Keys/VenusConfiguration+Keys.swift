import ArgumentParser
import Logging
import VenusProxy

extension VenusConfiguration {
    /// The keys of the services that may use the proxy, and what keeps them as their file has them; `nil` where
    /// everybody may. Prints what is wrong with the file and exits with 78.
    func openKeys(logger: Logger) throws -> KeysFileWatch? {
        guard proxy.authentication == .keys, let path = proxy.keysFile else { return nil }
        do { return try KeysFileWatch(path: path, logger: logger) } catch {
            let problem = ConfigurationError(
                place: source(of: .proxyKeysFile).description, key: ConfigurationKey.proxyKeysFile.name,
                problem: "\(path.shownInError): \(error)")
            printError("\(ConfigurationErrors([problem]))")
            throw ExitCode.configuration
        }
    }
}
