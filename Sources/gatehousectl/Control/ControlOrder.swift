import IPC

/// A command for the daemon, and where and how.
struct ControlOrder: Equatable, Sendable {
    let request: ControlRequest
    /// The control socket as it was typed; nil: the usual one.
    let socket: String?
    /// Whether the daemon's answers are shown as they are.
    let isJSON: Bool
    /// A file whose lines follow the request; nil: none does.
    var rows: String?

    /// Whether it goes on until somebody stops it, which is then no failure.
    var follows: Bool {
        request.command == "tail" && request.arguments.contains("-f")
            || request.command == "events" && request.arguments.contains("follow") || request.command == "top"
    }
}
