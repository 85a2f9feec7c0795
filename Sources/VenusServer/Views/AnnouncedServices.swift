package import VenusAnalysis
package import VenusCore

/// The services that stand behind dependencies, by what they announce: a dependency that is one is shown as that
/// service's node, so that chains of calls join.
///
/// An address belongs to one service of its environment: of several that announce it, to the one whose proxy began
/// last.
package struct AnnouncedServices: Sendable {
    private var byAddress: [SeriesKey: Announcement] = [:]

    package init(_ frames: [FeedFrame]) {
        for announcement in frames.lazy.flatMap(\.announcements) {
            let key = SeriesKey.dependency(announcement.address, environment: announcement.environment)
            if let other = byAddress[key],
                (other.since, other.service) >= (announcement.since, announcement.service)
            {
                continue
            }
            byAddress[key] = announcement
        }
    }

    /// The key of the service behind the dependency of an edge, at the level service; `nil` where none announces it.
    package func service(behind edge: SeriesKey) -> SeriesKey? {
        byAddress[edge.key(at: .dependency)].map { .service($0.service, environment: $0.environment) }
    }
}
