/// Which of the listed KPIs are given, and in what order.
package struct KPIsPage: Sendable, Hashable {
    /// Items in one answer at most.
    package static let maximumItems = 10_000
    package static let maximumOffset = 1_000_000

    /// `nil`: by id.
    package var sort: KPIsOrder?
    package var limit: Int?
    package var offset = 0

    package init() {}

    package init(_ parameters: QueryParameters) throws(Problem) {
        sort = try parameters.value("sort", allowed: KPIsOrder.allNames, parse: { KPIsOrder(name: $0) })
        limit = try parameters.number("limit", in: 1...Self.maximumItems)
        offset = try parameters.number("offset", in: 0...Self.maximumOffset) ?? 0
    }
}

/// The order of a list of KPIs: by a measure, the smallest first, or with `-` before its name the greatest. Those of
/// which the measure says nothing come last; equal ones by id.
package struct KPIsOrder: Sendable, Hashable {
    package var measure: KPIMeasure
    package var isDescending: Bool

    package var name: String { (isDescending ? "-" : "") + measure.rawValue }

    package static let allNames = KPIMeasure.allCases.flatMap { [$0.rawValue, "-" + $0.rawValue] }

    package init?(name: String) {
        isDescending = name.hasPrefix("-")
        guard let measure = KPIMeasure(rawValue: String(name.dropFirst(isDescending ? 1 : 0))) else { return nil }
        self.measure = measure
    }

    /// Whether the value comes before the other; `nil` where they are equal.
    func isBefore(_ left: Double?, _ right: Double?) -> Bool? {
        switch (left, right) {
        case (nil, nil): nil
        case (_?, nil): true
        case (nil, _?): false
        case (let left?, let right?): left == right ? nil : isDescending ? left > right : left < right
        }
    }
}
