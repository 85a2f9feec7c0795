/// A producer as last heard of, with what its proxy said of itself; that is absent for proxies of older versions.
public struct KnownProxy: Sendable, Hashable {
    public var mark: ProducerMark
    public var state: ProxyState?

    public init(mark: ProducerMark, state: ProxyState? = nil) {
        self.mark = mark
        self.state = state
    }
}
