import CLinux

/// A kernel pipe that carries one direction of a tunnel, lent by a ``PipePool``.
struct TunnelPipe {
    var reading: Int32 = -1
    var writing: Int32 = -1
    /// Bytes in it.
    var count = 0

    var isOpen: Bool { reading >= 0 }
}

/// Pipes for `splice(2)`, lent to tunnels while they move bulk. Bounded; a tunnel that gets none copies.
struct PipePool: ~Copyable {
    /// Asked for; the system may give less.
    static let capacity = 1 << 20

    private let maximum: Int
    private var lent = 0
    private var free: [TunnelPipe] = []

    init(maximum: Int) { self.maximum = maximum }

    deinit { for pipe in free { Self.close(pipe) } }

    mutating func borrow() -> TunnelPipe? {
        if let pipe = free.popLast() {
            lent += 1
            return pipe
        }
        guard lent < maximum else { return nil }
        var pipe = TunnelPipe()
        guard clinux_pipe(&pipe.reading, &pipe.writing, Int32(Self.capacity)) == 0 else { return nil }
        lent += 1
        return pipe
    }

    /// Takes a pipe back; one that still holds bytes is closed.
    mutating func giveBack(_ pipe: inout TunnelPipe) {
        guard pipe.isOpen else { return }
        lent -= 1
        if pipe.count == 0 { free.append(pipe) } else { Self.close(pipe) }
        pipe = TunnelPipe()
    }

    private static func close(_ pipe: TunnelPipe) {
        Socket.close(pipe.reading)
        Socket.close(pipe.writing)
    }
}
