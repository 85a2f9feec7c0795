/// What a machine runs that becomes a host: one line for people, and the script that the line fetches. For any `sh`,
/// with curl, tar and sha256sum.
package enum AgentScript {
    /// - Parameters:
    ///   - server: its URL, without a slash at the end.
    ///   - host: what the machine is to be called; `nil`: by its own name.
    package static func line(server: String, host: String?, key: String) -> String {
        let fetch = """
            script=$(printf "Authorization: Bearer %s" "$VENUS_AGENT_KEY" | curl -fsS -H @- \
            \(word(server + AgentResource.scriptPath))) && exec sh -c "$script"
            """
        let name = host.map { "VENUS_AGENT_HOST=\(word($0)) " } ?? ""
        return "\(name)VENUS_AGENT_KEY=\(word(key)) sh -c \(word(fetch))"
    }

    /// - Parameters:
    ///   - sha256: of the archive.
    ///   - machine: which it runs on, as `uname -m` says.
    package static func text(server: String, sha256: String, machine: String) -> String {
        """
        # Installs Venus' agent below VENUS_DIRECTORY, and runs it. Asked for again, it fetches only what has changed.
        set -eu
        server=\(word(server))
        sum=\(word(sha256))
        fail() { echo "venus: $*" >&2; exit 1; }
        [ -n "${VENUS_AGENT_KEY:-}" ] || fail "VENUS_AGENT_KEY is not set"
        [ "$(uname -s) $(uname -m)" = "Linux "\(word(machine)) ] || fail "the server's program is for Linux on "\(word(machine))
        if [ "$(id -u)" = 0 ]; then home=/opt/venus; else home=${XDG_DATA_HOME:-${HOME:?}/.local/share}/venus; fi
        home=${VENUS_DIRECTORY:-$home}
        there=$home/version-$sum
        unset VENUS_DIRECTORY
        mkdir -p "$home"
        if [ ! -d "$there" ]; then
            new=$(mktemp -d "$home/new.XXXXXX")
            trap 'rm -rf "$new"' EXIT
            printf 'Authorization: Bearer %s' "$VENUS_AGENT_KEY" |
                curl -fsS -H @- -o "$new/venus.tar" "$server\(AgentResource.archivePath)" || fail "the program could not be fetched"
            echo "$sum  $new/venus.tar" | sha256sum -c - >/dev/null || fail "what was fetched is not what the server has"
            tar -xf "$new/venus.tar" -C "$new"
            # Libraries are asked for by the beginnings of their files' names: libpq.so.5 is libpq.so.5.15.
            for file in "$new"/venus/lib/*.so.*; do
                name=$file
                while [ "${name%.so.*.*}" != "$name" ]; do
                    name=${name%.*}
                    [ -e "$name" ] || ln -s "${file##*/}" "$name"
                done
            done
            LD_LIBRARY_PATH=$new/venus/lib "$new/venus/venus" --version >/dev/null ||
                fail "the program does not run here: it needs the C library of the server's system, or a newer one"
            mv "$new/venus" "$there"
            rm -rf "$new"
            trap - EXIT
            find "$home" -mindepth 1 -maxdepth 1 -type d -name 'version-*' ! -path "$there" -exec rm -rf {} +
        fi
        export LD_LIBRARY_PATH="$there/lib" VENUS_AGENT_SERVER="$server"
        exec "$there/venus" agent

        """
    }

    /// A word as a shell takes it.
    static func word(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                    UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "%"):
                    true
                default: false
                }
            }
        let parts = text.split(separator: "'", omittingEmptySubsequences: false)
        return isPlain ? text : "'" + parts.joined(separator: #"'\''"#) + "'"
    }
}
