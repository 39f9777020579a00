package import Config
package import Log

/// The log of a process, as the configuration wants it.
package enum LogSettings {
    package static func apply(_ settings: Configuration.Logging, to log: Logger) {
        log.level = LogLevel(name: settings.level.rawValue) ?? .info
        switch settings.format {
        case .text: log.format = .text
        case .json: log.format = .json
        }
    }
}
