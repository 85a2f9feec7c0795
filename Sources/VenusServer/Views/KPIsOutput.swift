package import VenusCore

/// Rolling KPIs as `GET /kpis` and the topic `kpis` give them, without `at`.
package struct KPIsOutput: Sendable {
    /// Names that the level does not have are absent.
    package struct Item: Sendable {
        package var id: String
        package var environment: String
        package var service: String?
        package var dependency: String?
        package var operation: String?
        package var method: String?
        package var instance: String?
        package var grade: Grade
        package var kpis: KPI

        init(
            _ measured: WindowPicture.Measured, by: Grouping, ids: Identifiers, thresholds: ThresholdTable
        ) {
            let key = measured.key
            id = ids.id(of: key)
            environment = key.environment
            switch by {
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
            case .method:
                id = ids.method(key.operation, environment: key.environment)
                method = key.operation
            case .instance:
                id = ids.id(of: measured)
                service = key.service
                instance = measured.instance
            }
            grade = Grade(measured.kpi, of: measured.totals, thresholds: thresholds.thresholds(for: key))
            kpis = measured.kpi
        }
    }

    package var window: String
    package var by: Grouping
    package var items: [Item]
    /// Of instances alone: since when, in seconds since the epoch, their windows are complete; `nil` where that is not
    /// known of all.
    package var coveredSince: Int64?
    /// Of operations and methods alone: whether the feed left none out, as it does where a shard has too many of them.
    package var isComplete: Bool?
    /// How many there are, on all pages.
    package var count: Int
    /// Where the next page begins; `nil` on the last one.
    package var nextOffset: Int?

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
            case .method: picture.methods { filter.matches($0) }
            case .instance: picture.instances { filter.matches($0) }
            case .total: picture.grouped(edges(), at: .total)
            }
        coveredSince = by == .instance ? picture.instancesCoveredSince : nil
        switch by {
        case .operation, .method:
            let calls = { (all: [WindowPicture.Measured]) in all.reduce(0 as UInt64) { $0 + $1.totals.calls } }
            // Edges are all there, and each is the sum of its operations.
            isComplete = calls(measured) == calls(edges())
        case .edge, .service, .dependency, .instance, .total: isComplete = nil
        }
        let (page, by, ids, thresholds) = (filter.page, by, picture.identifiers, picture.thresholds)
        let sorted = Self.sorted(measured.map { ($0, ids.id(of: $0)) }, page.sort)
        count = sorted.count
        let limit = page.limit ?? KPIsPage.maximumItems
        items = sorted.dropFirst(page.offset).prefix(limit).map {
            Item($0, by: by, ids: ids, thresholds: thresholds)
        }
        let end = page.offset + items.count
        nextOffset = end < count && !items.isEmpty ? end : nil
    }

    private static func sorted(
        _ measured: [(WindowPicture.Measured, id: String)], _ order: KPIsOrder?
    ) -> [WindowPicture.Measured] {
        // Places are sorted: moving the measured ones counts references.
        let values = order.map { order in measured.map { order.measure.value($0.0.kpi) } }
        let places = measured.indices.sorted { left, right in
            if let order, let values, let isBefore = order.isBefore(values[left], values[right]) { return isBefore }
            return measured[left].id < measured[right].id
        }
        return places.map { measured[$0].0 }
    }
}

extension KPIsOutput: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("by")
            writer.value(by.rawValue)
            writer.name("count")
            writer.value(count)
            if by == .instance {
                writer.name("covered_since")
                writer.value(coveredSince.map { Timestamp.text(milliseconds: $0 * 1_000) })
            }
            if let isComplete {
                writer.name("is_complete")
                writer.value(isComplete)
            }
            writer.name("items")
            writer.array(items) { $1.write(to: &$0) }
            writer.name("next_offset")
            if let nextOffset { writer.value(nextOffset) } else { writer.null() }
            writer.name("window")
            writer.value(window)
        }
    }
}

extension KPIsOutput.Item: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            if let dependency {
                writer.name("dependency")
                writer.value(dependency)
            }
            writer.name("environment")
            writer.value(environment)
            writer.name("grade")
            writer.value(grade.rawValue)
            writer.name("id")
            writer.value(id)
            if let instance {
                writer.name("instance")
                writer.value(instance)
            }
            writer.name("kpis")
            kpis.write(to: &writer)
            if let method {
                writer.name("method")
                writer.value(method)
            }
            if let operation {
                writer.name("operation")
                writer.value(operation)
            }
            if let service {
                writer.name("service")
                writer.value(service)
            }
        }
    }
}

extension KPIsOutput {
    /// One row an item, of a window that ended at `at`.
    package func csv(at: String) -> [UInt8] {
        var writer = CSVWriter()
        for name in [
            "at", "window", "id", "environment", "service", "dependency", "operation", "method", "instance", "grade",
            "basis",
        ] { writer.cell(name) }
        for measure in KPIMeasure.allCases { writer.cell(measure.rawValue) }
        writer.endRow()
        for item in items {
            writer.cell(at)
            writer.cell(window)
            writer.cell(item.id)
            writer.cell(item.environment)
            writer.cell(item.service)
            writer.cell(item.dependency)
            writer.cell(item.operation)
            writer.cell(item.method)
            writer.cell(item.instance)
            writer.cell(item.grade.rawValue)
            writer.cell(item.kpis.basis?.rawValue)
            for measure in KPIMeasure.allCases { writer.cell(measure.value(item.kpis)) }
            writer.endRow()
        }
        return writer.bytes
    }
}

extension Identifiers {
    fileprivate func id(of measured: WindowPicture.Measured) -> String {
        guard let instance = measured.instance else { return id(of: measured.key) }
        return self.instance(instance, of: measured.key.service, environment: measured.key.environment)
    }
}
