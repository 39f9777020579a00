import Config
import Gateway
import HTTP
import Transport

extension HTTPServer.Settings {
    /// What a configuration says of clients, and what every answer to them says.
    init(_ server: Configuration.Server) {
        self.init()
        limits.headBytes = server.requestHeadLimit
        limits.bodyBytes = server.requestBodyLimit
        headerTimeout = server.headerTimeout
        bodyTimeout = server.bodyTimeout
        idleTimeout = server.idleTimeout
        idleDrainTimeout = server.idleDrainTimeout
        lines = SecurityFields.lines
    }
}
