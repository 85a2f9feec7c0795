import Foundation
public import Glibc

/// Processes that a test started indirectly, such as the proxy that outlives a killed `venus up`: known by a variable
/// in their environment that begins with the test's own temporary directory, so never anybody else's.
public enum OwnedProcesses {
    /// Their ids.
    public static func ids(markedBy variable: String) -> [pid_t] {
        let wanted = Array(variable.utf8)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            guard pid != getpid(), let data = FileManager.default.contents(atPath: "/proc/\(pid)/environ") else {
                return false
            }
            return data.split(separator: 0).contains { $0.starts(with: wanted) }
        }
    }

    /// Their ids, of those whose command line contains the word.
    public static func ids(markedBy variable: String, word: String) -> [pid_t] {
        ids(markedBy: variable).filter { commandLine($0).contains(word) }
    }

    public static func commandLine(_ pid: pid_t) -> [String] {
        let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Resident memory in bytes.
    public static func residentBytes(_ pid: pid_t) -> Int? { bytes(of: "VmRSS:", pid) }

    /// Memory in bytes that is not a file's: what it has written to.
    public static func anonymousBytes(_ pid: pid_t) -> Int? { bytes(of: "RssAnon:", pid) }

    /// The most that it has been since the process began, or since ``forgetPeak(_:)``, in bytes.
    public static func peakResidentBytes(_ pid: pid_t) -> Int? { bytes(of: "VmHWM:", pid) }

    /// Begins the peak anew (proc(5), `clear_refs`).
    public static func forgetPeak(_ pid: pid_t) throws {
        try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/\(pid)/clear_refs"))
    }

    private static func bytes(of name: String, _ pid: pid_t) -> Int? {
        guard let status = FileManager.default.contents(atPath: "/proc/\(pid)/status") else { return nil }
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1_024 }
    }

    /// SIGTERM, and SIGKILL for those that stay.
    public static func end(markedBy variable: String) {
        for pid in ids(markedBy: variable) { kill(pid, SIGTERM) }
        for _ in 0..<100 {
            if ids(markedBy: variable).isEmpty { return }
            usleep(20_000)
        }
        for pid in ids(markedBy: variable) { kill(pid, SIGKILL) }
    }
}
