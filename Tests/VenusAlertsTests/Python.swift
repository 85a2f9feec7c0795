import Foundation
import Testing

/// What others wrote checks what we wrote.
enum Python {
    /// What the script writes; its failure is an error.
    static func run(_ script: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "python3 ended with \(process.terminationStatus)")
        return String(decoding: data, as: UTF8.self)
    }
}
