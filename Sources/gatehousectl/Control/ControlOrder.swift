import IPC

/// A command for the daemon, and where and how.
struct ControlOrder: Equatable, Sendable {
    let request: ControlRequest
    /// The control socket as it was typed; nil: the usual one.
    let socket: String?
    /// Whether the daemon's answers are shown as they are.
    let isJSON: Bool

    /// Whether it goes on until somebody stops it, which is then no failure.
    var follows: Bool { request.command == "tail" && request.arguments.contains("-f") }
}
