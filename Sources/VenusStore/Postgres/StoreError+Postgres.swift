extension StoreError {
    /// What an error of the server means to the store's user, by its SQLSTATE (PostgreSQL's manual, appendix A).
    init(sqlState: String, message: String) {
        switch sqlState {
        case "57014": self.init(.unavailable, "PostgreSQL took longer than it may: \(message)")
        case "40001", "40P01", "55P03", "25P03": self.init(.unavailable, message)
        case "XX001", "XX002": self.init(.corrupt, message)
        default:
            let isAway = Self.awayClasses.contains { sqlState.hasPrefix($0) }
            self.init(isAway ? .unavailable : .refused, "PostgreSQL: \(message)")
        }
    }

    /// Connection exceptions, insufficient resources, operator intervention, system errors.
    private static let awayClasses = ["08", "53", "57", "58"]
}
