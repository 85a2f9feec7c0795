import Foundation

/// A directory that is removed, with everything in it, when the value goes away or the process ends.
public final class TemporaryDirectory: Sendable {
    public let path: String

    public init(_ name: String = "venus-test") throws {
        var template = Array((FileManager.default.temporaryDirectory.path + "/\(name)-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw systemFailure("mkdtemp") }
        path = URL(fileURLWithPath: template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }).path
        chmod(path, 0o755)
        AtExit.add(directory: path)
    }

    deinit { remove() }

    public func file(_ name: String) -> String { path + "/" + name }

    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    private func remove() {
        try? FileManager.default.removeItem(atPath: path)
        AtExit.remove(directory: path)
    }
}
