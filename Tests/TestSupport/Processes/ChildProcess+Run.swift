extension ChildProcess {
    /// What a process that has ended left behind.
    public struct Output: Sendable {
        public var status: ExitStatus
        public var standardOutput: String
        public var standardError: String
    }

    /// Starts it and waits for its end, whatever its status.
    public static func output(
        of executable: String, _ arguments: [String] = [], environment: [String: String] = [:],
        directory: String? = nil, standardInput: String? = nil, within limit: Duration = .seconds(60)
    ) async throws -> Output {
        let process = try ChildProcess(
            executable, arguments, environment: environment, directory: directory, standardInput: standardInput)
        let status = try await process.waitForExit(within: limit)
        return Output(
            status: status, standardOutput: process.standardOutput.text, standardError: process.standardError.text)
    }

    /// Starts it, waits for its end, and returns what it wrote.
    ///
    /// - Throws: ``TestFailure`` with its outputs, when its status is not 0.
    @discardableResult
    public static func run(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:],
        directory: String? = nil, standardInput: String? = nil, within limit: Duration = .seconds(60)
    ) async throws -> String {
        let output = try await output(
            of: executable, arguments, environment: environment, directory: directory, standardInput: standardInput,
            within: limit)
        guard output.status == .exited(0) else {
            throw TestFailure("\(executable): \(output.status)\n\(output.standardOutput)\n\(output.standardError)")
        }
        return output.standardOutput
    }
}
