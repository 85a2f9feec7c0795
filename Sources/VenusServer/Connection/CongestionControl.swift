import Glibc
import NIOCore

enum CongestionControl {
    /// Has connections that are accepted on one of the machine's own addresses use `reno`, the plainest there is, which
    /// every system has: there is no path to probe, and others, such as BBR, set a timer for every segment. Where it
    /// cannot be set, the system's own does as well.
    static func spare(_ listener: any Channel) {
        guard let host = listener.localAddress?.ipAddress, IPAddress.isLoopback(host) else { return }
        let option = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: TCP_CONGESTION))
        // An option's value is a number here, of eight bytes: those of the name, and zeros.
        listener.setOption(option, value: Int(bigEndian: 0x7265_6E6F_0000_0000)).whenFailure { _ in }
    }
}
