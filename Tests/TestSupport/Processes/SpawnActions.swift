import Foundation

/// `posix_spawn` actions that glibc has and Swift's `Glibc` module does not show.
enum SpawnActions {
    typealias Actions = UnsafeMutablePointer<posix_spawn_file_actions_t>
    private typealias CloseFrom = @convention(c) (Actions, Int32) -> Int32
    private typealias ChangeDirectory = @convention(c) (Actions, UnsafePointer<CChar>) -> Int32

    /// The child inherits no descriptor at or above `first`.
    static func addCloseFrom(_ actions: Actions, _ first: Int32) throws {
        let call = unsafeBitCast(try symbol("posix_spawn_file_actions_addclosefrom_np"), to: CloseFrom.self)
        _ = call(actions, first)
    }

    static func addChangeDirectory(_ actions: Actions, _ path: String) throws {
        let call = unsafeBitCast(try symbol("posix_spawn_file_actions_addchdir_np"), to: ChangeDirectory.self)
        _ = call(actions, path)
    }

    private static func symbol(_ name: String) throws -> UnsafeMutableRawPointer {
        guard let found = dlsym(nil, name) else { throw TestFailure("glibc has no \(name)") }
        return found
    }
}
