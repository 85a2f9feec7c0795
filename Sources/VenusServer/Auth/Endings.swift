/// What happens here when sessions or keys have ended in the store: nobody believes them any more, and their sockets
/// close.
struct Endings: Sendable {
    let sessions: Sessions
    let hub: LiveHub

    func end(where isEnded: (Principal) -> Bool) {
        sessions.forget(where: isEnded)
        hub.end(where: isEnded)
    }
}
