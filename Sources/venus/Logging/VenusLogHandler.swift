package import Logging

/// swift-log's backend of the command line: every event becomes one line on standard error.
package struct VenusLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let sink: LogSink

    package init(label: String, level: Logger.Level, sink: LogSink) {
        self.label = label
        self.sink = sink
        logLevel = level
    }

    /// Makes this the backend of every logger; once in the life of the process.
    ///
    /// - Returns: the sink, to be flushed before the process ends.
    package static func bootstrap(_ configuration: VenusConfiguration.Log) -> LogSink {
        let sink = LogSink(format: configuration.format)
        LoggingSystem.bootstrap { VenusLogHandler(label: $0, level: configuration.level, sink: sink) }
        return sink
    }

    package subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }
        sink.log(level: event.level, label: label, message: "\(event.message)", metadata: all)
    }
}
