#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Waiting for the socket that libpq reads and writes.
enum PostgresSocket {
    enum Answer {
        case readable
        case writable
        /// The deadline came first.
        case late
        case failed
    }

    static func wait(_ descriptor: Int32, forWriting: Bool, until deadline: ContinuousClock.Instant) -> Answer {
        guard descriptor >= 0 else { return .failed }
        let events = forWriting ? POLLIN | POLLOUT : POLLIN
        while true {
            let left = (deadline - .now).wholeMilliseconds
            guard left > 0 else { return .late }
            var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let ready = poll(&entry, 1, Int32(clamping: left))
            if ready < 0 {
                guard errno == EINTR else { return .failed }
            } else if ready > 0 {
                // An error shows when the socket is read.
                return Int32(entry.revents) & ~Int32(POLLOUT) != 0 ? .readable : .writable
            }
        }
    }
}
