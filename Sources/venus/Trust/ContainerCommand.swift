/// `docker run …` or `podman run …`: a command whose program sees neither our variables nor our files unless it is
/// told.
struct ContainerCommand: Sendable {
    private let command: [String]
    /// Behind `run`.
    private let place: Int

    /// Where the container has the files that it is to trust.
    private static let directory = "/run/venus/"
    /// Options before `run` that take a value, as an argument of its own.
    private static let optionsWithValue: Set<String> = [
        "-H", "--host", "-c", "--context", "--config", "-l", "--log-level", "--tlscacert", "--tlscert", "--tlskey",
        "--connection", "--url",
    ]

    /// `nil` for another command.
    init?(_ command: [String]) {
        let program = command.first?.split(separator: "/").last
        guard program == "docker" || program == "podman" else { return nil }
        var place = 1
        while place < command.count, command[place].hasPrefix("-") {
            place += Self.optionsWithValue.contains(command[place]) ? 2 : 1
        }
        if place < command.count, command[place] == "container" { place += 1 }
        guard place < command.count, command[place] == "run" else { return nil }
        self.command = command
        self.place = place + 1
    }

    /// The command with options that hand on what it would have seen outside of a container: the variables that differ
    /// from `before`, and the files to trust. The proxy listens on this machine's loopback: so the container shares the
    /// machine's network, unless a network is named.
    func arguments(before: [String: String], proxied: [String: String], trust: TrustFiles?) -> [String] {
        let variables = trust?.applied(to: proxied) { Self.path(of: $0) } ?? proxied
        var options: [String] = namesNetwork ? [] : ["--network", "host"]
        for name in variables.keys.sorted() where variables[name] != before[name] {
            options += ["--env", "\(name)=\(variables[name] ?? "")"]
        }
        for file in trust?.paths ?? [] { options += ["--volume", "\(file):\(Self.path(of: file)):ro"] }
        return Array(command[..<place]) + options + Array(command[place...])
    }

    private var namesNetwork: Bool {
        command[place...].contains {
            $0 == "--network" || $0 == "--net" || $0.hasPrefix("--network=") || $0.hasPrefix("--net=")
        }
    }

    private static func path(of file: String) -> String { directory + (file.split(separator: "/").last ?? "") }
}
