/// The variables that send a program's outbound HTTP and HTTPS through a proxy.
enum ProxyEnvironment {
    /// `environment` with every such variable set to `url`, in the spellings that programs look for.
    ///
    /// Local addresses are not bypassed: `NO_PROXY` is emptied, and the JVM is told so too. (Go bypasses loopback by
    /// itself, whatever the variables say.)
    static func applied(to environment: [String: String], host: String, port: Int) -> [String: String] {
        var result = environment
        let url = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            result[name] = url
            result[name.lowercased()] = url
        }
        for name in ["NO_PROXY", "no_proxy"] { result[name] = "" }
        // Node 24 and later (and 22.21) read the variables only when told to.
        result["NODE_USE_ENV_PROXY"] = "1"
        let jvm =
            ["http", "https"].flatMap {
                ["-D\($0).proxyHost=\(host)", "-D\($0).proxyPort=\(port)"]
            } + ["-Dhttp.nonProxyHosts="]
        result["JAVA_TOOL_OPTIONS"] = ([environment["JAVA_TOOL_OPTIONS"]].compactMap { $0 } + jvm).joined(
            separator: " ")
        // Bundler, Gradle, Maven and others start programs of their own, which inherit all of this.
        return result
    }
}
