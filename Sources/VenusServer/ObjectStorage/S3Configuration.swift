/// Which object store is asked, and how.
package struct S3Configuration: Sendable {
    /// Where a bucket's name stands in a URL.
    package enum Style: String, Sendable, CaseIterable {
        /// `https://BUCKET.ENDPOINT/KEY`
        case virtual
        /// `https://ENDPOINT/BUCKET/KEY`
        case path
    }

    /// Where credentials come from. A file is read anew for each request, so that it may change.
    package enum Source: Sendable {
        case given(S3Credentials)
        case file(String)
    }

    /// `nil`: that of AWS in the region.
    package var endpoint: WebAddress?
    package var region: String
    /// `nil`: virtual at AWS where the bucket's name allows it, and path elsewhere.
    package var style: Style?
    package var trust: WebTrust
    package var source: Source
    /// The proxy on the way to a server, if any.
    package var proxy: @Sendable (_ host: String, _ port: Int) -> WebProxy?

    package static let defaultRegion = "us-east-1"

    package init(
        endpoint: WebAddress? = nil, region: String = defaultRegion, style: Style? = nil, trust: WebTrust = .system,
        source: Source, proxy: @escaping @Sendable (_ host: String, _ port: Int) -> WebProxy? = { _, _ in nil }
    ) {
        self.endpoint = endpoint
        self.region = region
        self.style = style
        self.trust = trust
        self.source = source
        self.proxy = proxy
    }

    /// Below which the bucket's objects are; `nil` where its name cannot be part of the endpoint's.
    package func address(of bucket: BucketAddress) -> WebAddress? {
        let style = style ?? (endpoint == nil && bucket.isHostLabel ? .virtual : .path)
        let base = endpoint ?? WebAddress("https://s3.\(region).amazonaws.com")
        guard let base else { return nil }
        switch style {
        case .path: return WebAddress("\(base)/\(bucket.bucket)")
        case .virtual:
            guard bucket.isHostLabel, !IPAddress.isAddress(base.host) else { return nil }
            let scheme = base.isSecure ? "https" : "http"
            return WebAddress("\(scheme)://\(bucket.bucket).\(base.authority)\(base.path.text)")
        }
    }
}
