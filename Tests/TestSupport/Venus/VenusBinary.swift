import Foundation

/// The binary under test: `VENUS_BINARY`, or the package's release build.
public enum VenusBinary {
    public static func path() throws -> String {
        let release = packageRoot + "/.build/release/venus"
        let path = ProcessInfo.processInfo.environment["VENUS_BINARY"] ?? release
        guard access(path, X_OK) == 0 else {
            throw TestFailure(
                "there is no venus at \(path): build it with 'swift build -c release --product venus', or set VENUS_BINARY"
            )
        }
        return path
    }

    /// Where the package's sources are.
    public static var packageRoot: String {
        // Tests/TestSupport/Venus/VenusBinary.swift
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { url.deleteLastPathComponent() }
        return url.path
    }

    /// Starts it.
    ///
    /// - Parameter wrapper: a command that becomes the one that follows it.
    public static func start(
        _ arguments: [String], environment: [String: String] = [:], directory: String? = nil, wrapper: [String] = []
    ) throws -> ChildProcess {
        let command = wrapper + [try path()] + arguments
        return try ChildProcess(
            command[0], Array(command.dropFirst()), environment: defaults.merging(environment) { $1 },
            directory: directory, endSignal: SIGTERM)
    }

    /// Runs it to its end, whatever its status.
    public static func output(
        _ arguments: [String], environment: [String: String] = [:], directory: String? = nil,
        standardInput: String? = nil, within limit: Duration = .seconds(60)
    ) async throws -> ChildProcess.Output {
        try await ChildProcess.output(
            of: path(), arguments, environment: defaults.merging(environment) { $1 }, directory: directory,
            standardInput: standardInput, within: limit)
    }

    /// A crash shall end the process at once.
    private static let defaults = ["SWIFT_BACKTRACE": "enable=no"]
}
