import HTTPTypes
import VenusCore

extension OpenAPIOperation {
    /// By what is watched, and what is to be said of it.
    static let watch = [
        OpenAPIOperation(
            path: ReportResource.path, id: "getReport", summary: "Each service's grade, and why", tag: "Watching",
            parameters: [.environment, .service], contents: [.json("Report")], isKept: true),
        OpenAPIOperation(
            path: ThresholdsResource.path, id: "getThresholds", summary: "By which limits is graded", tag: "Watching",
            parameters: [
                .environment, .host, .choice("level", SubjectBody.levels, "Only those set at this level."), .service,
            ],
            contents: [.json("Thresholds")], isKept: true),
        OpenAPIOperation(
            method: .put, path: ThresholdsResource.path, id: "setThreshold",
            summary: "Sets the threshold on a metric of a subject; there is one at most", tag: "Watching",
            body: "NewThreshold", contents: [.json("Threshold")], refusals: [409, 422]),
        OpenAPIOperation(
            method: .delete, path: ThresholdsResource.path + "/{id}", id: "removeThreshold",
            summary: "Removes a threshold: the next coarser level's holds", tag: "Watching",
            parameters: [.inPath("id", "The threshold's id.")], success: 204, refusals: [404]),
        OpenAPIOperation(
            path: RulesResource.path, id: "getRules", summary: "When somebody is told, beyond critical limits",
            tag: "Watching", contents: [.json("Rules")], isKept: true),
        OpenAPIOperation(
            method: .put, path: RulesResource.path + "/{id}", id: "setRule", summary: "Adds or replaces a rule",
            tag: "Watching", parameters: [.givenID], body: "NewRule", contents: [.json("Rule")], refusals: [409, 422]),
        OpenAPIOperation(
            method: .delete, path: RulesResource.path + "/{id}", id: "removeRule", summary: "Removes a rule",
            tag: "Watching", parameters: [.inPath("id", "The rule's id.")], success: 204, refusals: [404]),
        OpenAPIOperation(
            path: ObjectivesResource.path, id: "getObjectives",
            summary: "What is promised, how much of the error budget is left, and how fast it burns", tag: "Watching",
            contents: [.json("Objectives")], isKept: true),
        OpenAPIOperation(
            path: ObjectivesResource.path + "/{id}", id: "getObjective", summary: "One objective, and how it fares",
            tag: "Watching", parameters: [.inPath("id", "The objective's id.")], contents: [.json("Objective")],
            isKept: true, refusals: [404]),
        OpenAPIOperation(
            method: .put, path: ObjectivesResource.path + "/{id}", id: "setObjective",
            summary: "Adds or replaces an objective", tag: "Watching", parameters: [.givenID], body: "NewObjective",
            contents: [.json("Objective")], refusals: [409]),
        OpenAPIOperation(
            method: .delete, path: ObjectivesResource.path + "/{id}", id: "removeObjective",
            summary: "Removes an objective that no rule is on", tag: "Watching",
            parameters: [.inPath("id", "The objective's id.")], success: 204, refusals: [404, 409]),
        OpenAPIOperation(
            path: SilencesResource.path, id: "getSilences", summary: "When nobody is told of some alerts",
            tag: "Watching", contents: [.json("Silences")], isKept: true),
        OpenAPIOperation(
            method: .post, path: SilencesResource.path, id: "addSilence", summary: "Silences some alerts for a time",
            tag: "Watching", body: "NewSilence", success: 201, contents: [.json("Silence")], refusals: [409]),
        OpenAPIOperation(
            method: .delete, path: SilencesResource.path + "/{id}", id: "removeSilence", summary: "Ends a silence",
            tag: "Watching", parameters: [.inPath("id", "The silence's id.")], success: 204, refusals: [404]),
    ]
}

extension OpenAPIOperation.Parameter {
    fileprivate static let givenID = Self(
        name: "id", isInPath: true, description: "Of your choice.",
        schema:
            "{\"type\":\"string\",\"pattern\":\"^[A-Za-z0-9][A-Za-z0-9._-]{0,\(WatchEditor.idBytes.upperBound - 1)}$\"}"
    )
}
