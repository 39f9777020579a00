import Config
import IPC

/// A kind of child, and all that differs between kinds.
struct RoleRow: Sendable {
    let name: String
    /// How many of it a configuration wants.
    let count: @Sendable (_ configuration: Configuration, _ processors: Int) -> Int
    /// Which listeners it is given.
    let purposes: [ListenerGrant.Purpose]
    /// The data socket that others reach it by, in the run directory; nil: nobody dials it.
    let dataSocket: String?
    /// At shutdown the lowest leave first; those after them wait.
    let leaves: Int

    static let rows = [
        RoleRow(
            name: "bridge",
            count: { _, _ in 1 },
            purposes: [.agents, .data],
            dataSocket: "bridge.sock",
            leaves: 1
        ),
        RoleRow(
            name: "worker",
            count: { configuration, processors in configuration.server.workers ?? processors },
            purposes: [.clients],
            dataSocket: nil,
            leaves: 0
        ),
    ]

    /// `worker:0`; of a role with one child, `bridge`.
    func slotName(_ index: Int) -> String { name == "worker" ? "\(name):\(index)" : name }
}
