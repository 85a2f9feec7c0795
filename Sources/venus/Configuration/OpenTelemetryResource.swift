import Foundation

/// Identity from OpenTelemetry's variables: `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`.
///
/// Source: OpenTelemetry specification, "Resource SDK": comma-separated `key=value`, percent-encoded values; where it
/// does not parse, the whole variable is discarded. `OTEL_SERVICE_NAME` wins over the attribute.
struct OpenTelemetryResource {
    private var attributes: [String: String] = [:]
    private let serviceName: String?

    init(variables: [String: String]) {
        serviceName = variables["OTEL_SERVICE_NAME"].flatMap { $0.isEmpty ? nil : $0 }
        for item in (variables["OTEL_RESOURCE_ATTRIBUTES"] ?? "").split(separator: ",") {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let value = String(parts[1]).trimmed.removingPercentEncoding else {
                attributes = [:]
                return
            }
            attributes[String(parts[0]).trimmed] = value
        }
    }

    var service: (text: String, variable: String)? {
        serviceName.map { ($0, "OTEL_SERVICE_NAME") } ?? attribute("service.name")
    }

    var instance: (text: String, variable: String)? { attribute("service.instance.id") }

    /// `deployment.environment.name`, or its name before semantic conventions 1.27.
    var environment: (text: String, variable: String)? {
        attribute("deployment.environment.name") ?? attribute("deployment.environment")
    }

    private func attribute(_ name: String) -> (text: String, variable: String)? {
        attributes[name].flatMap { $0.isEmpty ? nil : ($0, "OTEL_RESOURCE_ATTRIBUTES") }
    }
}

extension String {
    var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
