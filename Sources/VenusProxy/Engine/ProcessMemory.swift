import CLinux

/// The memory of this process, as the system accounts for it.
public enum ProcessMemory {
    /// Lets go of the code and the constants that only the start needed, two thirds of a sidecar's resident memory:
    /// what is used again comes back from the page cache, at the cost of a minor fault.
    public static func releaseStartUpPages() { clinux_release_read_only_pages() }

    /// The same, and of memory that was freed.
    public static func releaseAll() {
        clinux_release_freed_memory()
        clinux_release_read_only_pages()
    }
}
