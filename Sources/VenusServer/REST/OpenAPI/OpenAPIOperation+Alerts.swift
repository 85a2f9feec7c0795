import HTTPTypes
import VenusCore
import VenusStore

extension OpenAPIOperation {
    /// Alerts, and where messages about them go.
    static let alerts = [
        OpenAPIOperation(
            path: "/api/v1/alerts", id: "getAlerts", summary: "Alerts that are not inactive, or in one state",
            tag: "Alerts",
            parameters: [
                .number("before", 1...Int.max, "What `next` of the page before says."), .dependency, .environment,
                .host, .number("limit", 1...AlertsResource.maximumLimit, "Alerts at most."), .service,
                .choice("severity", Severity.allCases.map(\.rawValue), "Only alerts of this severity."),
                .choice("state", AlertRecord.State.allCases.map(\.rawValue), "Only alerts in this state."),
            ],
            contents: [.json("Alerts")]),
        OpenAPIOperation(
            path: "/api/v1/alerts/transitions", id: "getTransitions",
            summary: "What alerts did, the newest first; of 35 days", tag: "Alerts",
            parameters: [.number("limit", 1...AlertsResource.maximumLimit, "Transitions at most; 100 by default.")],
            contents: [.json("Transitions")]),
        OpenAPIOperation(
            method: .post, path: "/api/v1/alerts/{id}/acknowledge", id: "acknowledgeAlert",
            summary: "Takes the alert's fault on: it is not told again until it is graver or over", tag: "Alerts",
            parameters: [.inPath("id", "The alert's id.")], body: "Acknowledgement", contents: [.json("Alert")],
            refusals: [404, 409]),
        OpenAPIOperation(
            path: "/api/v1/webhooks", id: "getWebhooks", summary: "Where messages about alerts go", tag: "Alerts",
            contents: [.json("Webhooks")]),
        OpenAPIOperation(
            method: .post, path: "/api/v1/webhooks", id: "addWebhook",
            summary: "Adds a receiver; its secret is shown this once", tag: "Alerts", body: "NewWebhook", success: 201,
            contents: [.json("Webhook")], refusals: [409]),
        OpenAPIOperation(
            method: .patch, path: "/api/v1/webhooks/{id}", id: "changeWebhook",
            summary: "Renames, enables or disables a receiver", tag: "Alerts", parameters: [.webhookID],
            body: "WebhookChange", contents: [.json("Webhook")], refusals: [404]),
        OpenAPIOperation(
            method: .delete, path: "/api/v1/webhooks/{id}", id: "removeWebhook",
            summary: "Removes a receiver and what waits for it", tag: "Alerts", parameters: [.webhookID], success: 204,
            refusals: [404]),
        OpenAPIOperation(
            method: .post, path: "/api/v1/webhooks/{id}/secret", id: "rotateWebhookSecret",
            summary: "Gives it a new secret; for a day messages are signed with the old one as well", tag: "Alerts",
            parameters: [.webhookID], contents: [.json("Webhook")], refusals: [404, 409]),
        OpenAPIOperation(
            method: .post, path: "/api/v1/webhooks/{id}/test", id: "testWebhook",
            summary: "Sends a test message, once, and says what came of it", tag: "Alerts", parameters: [.webhookID],
            contents: [.json("WebhookTrial")], refusals: [404, 409]),
    ]
}

extension OpenAPIOperation.Parameter {
    fileprivate static let webhookID = inPath("id", "The receiver's id.")
}
