import IPC
import Log
import Posix

/// A command of the control socket: who may use it, and what it does.
struct ControlCommand: Sendable {
    let name: String
    let right: ControlRight
    let perform: @Sendable (Daemon, [String], ControlClient) async -> Void

    static let rows = [
        ControlCommand(name: "status", right: .observe, perform: StatusCommand.perform),
        ControlCommand(name: "pid", right: .observe, perform: ProcessCommands.pid),
        ControlCommand(name: "tail", right: .observe, perform: ProcessCommands.tail),
        ControlCommand(name: "limits", right: .observe, perform: LimitsCommand.perform),
        ControlCommand(name: "usage", right: .observe, perform: UsageCommands.usage),
        ControlCommand(name: "sessions", right: .observe, perform: SessionCommands.perform),
        ControlCommand(name: "top", right: .observe, perform: TopCommand.perform),
        ControlCommand(name: "why", right: .observe, perform: WhyCommand.perform),
        ControlCommand(name: "events", right: .observe, perform: UsageCommands.events),
        ControlCommand(name: "db", right: .admin, perform: UsageCommands.database),
        ControlCommand(name: "version", right: .observe) { daemon, _, client in
            client.line("gatehoused \(daemon.version)")
            client.done()
        },
        ControlCommand(name: "config", right: .observe, perform: DaemonCommands.config),
        ControlCommand(name: "start", right: .operate, perform: ProcessCommands.start),
        ControlCommand(name: "stop", right: .operate, perform: ProcessCommands.stop),
        ControlCommand(name: "restart", right: .operate, perform: ProcessCommands.restart),
        ControlCommand(name: "signal", right: .operate, perform: ProcessCommands.signal),
        ControlCommand(name: "reload", right: .operate, perform: DaemonCommands.reload),
        ControlCommand(name: "key", right: .admin, perform: DaemonCommands.key),
        ControlCommand(name: "shutdown", right: .admin, perform: DaemonCommands.shutdown),
    ]

    /// Finds the row, checks the right, notes a change of anything in the log, and performs.
    static func perform(_ request: ControlRequest, for client: ControlClient, on daemon: Daemon) async {
        guard let command = rows.first(where: { $0.name == request.command }) else {
            return client.done(.badArguments, "unknown command '\(request.command)'")
        }
        guard client.right >= command.right else {
            daemon.audit.note("control", "refused", by: "uid \(client.peer.uid)", command.name)
            return client.done(
                .refused,
                "uid \(client.peer.uid) may not '\(command.name)'; see [control] in the configuration"
            )
        }
        if command.right > .observe || command.name == "sessions" && !request.arguments.isEmpty {
            let words = ([command.name] + request.arguments).joined(separator: " ")
            let actor = "uid \(client.peer.uid) pid \(client.peer.pid)"
            daemon.audit.note("control", "asked", by: actor, String(words.prefix(1024)))
            daemon.log.info(
                "control",
                [
                    "command": .init(command.name),
                    "arguments": .init(request.arguments.joined(separator: " ")),
                    "uid": .init(client.peer.uid), "pid": .init(client.peer.pid),
                ]
            )
        }
        await command.perform(daemon, request.arguments, client)
    }
}
