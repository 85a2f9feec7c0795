package import VenusCore

/// Rolling KPIs as `GET /kpis` and the topic `kpis` give them, without `at`.
package struct KPIsOutput: Sendable, Encodable {
    /// Names that the level does not have are absent.
    package struct Item: Sendable, Encodable {
        package var id: String
        package var environment: String
        package var service: String?
        package var dependency: String?
        package var operation: String?
        package var grade: Grade
        package var kpis: KPI

        init(_ measured: WindowPicture.Measured, id: String) {
            let key = measured.key
            self.id = id
            environment = key.environment
            switch key.level {
            case .total: break
            case .service: service = key.service
            case .dependency: dependency = key.dependency
            case .edge:
                service = key.service
                dependency = key.dependency
            case .operation:
                service = key.service
                dependency = key.dependency
                operation = key.operation
            }
            grade = Grade(measured.kpi)
            kpis = measured.kpi
        }
    }

    package var window: String
    package var by: Grouping
    package var items: [Item]

    package init(_ picture: WindowPicture, filter: ViewFilter) {
        window = picture.window.name
        by = filter.by ?? .edge
        let edges = { picture.edges.filter { filter.matches($0.key) } }
        let measured =
            switch by {
            case .edge: edges()
            case .operation: picture.operations { filter.matches($0) }
            case .service: picture.grouped(edges(), at: .service)
            case .dependency: picture.grouped(edges(), at: .dependency)
            case .total: picture.grouped(edges(), at: .total)
            }
        items = measured.map { Item($0, id: picture.identifiers.id(of: $0.key)) }.sorted { $0.id < $1.id }
    }
}
