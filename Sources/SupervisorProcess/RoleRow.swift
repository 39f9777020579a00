import Config
import IPC
import Shared

/// A kind of child, and all that differs between kinds.
struct RoleRow: Sendable {
    let name: String
    let boardRole: BoardRow.Role
    /// How many of it a configuration wants.
    let count: @Sendable (_ configuration: Configuration, _ processors: Int) -> Int
    /// Which listeners it is given.
    let purposes: [ListenerGrant.Purpose]
    /// What of all secrets it is told.
    let secrets: @Sendable (ChildSecrets) -> ChildSecrets
    /// The data socket that others reach it by, in the run directory; nil: nobody dials it.
    let dataSocket: String?
    /// There may be more of them, or fewer, than the configuration says.
    let isScalable: Bool
    /// At shutdown the lowest leave first; those after them wait.
    let leaves: Int

    static let rows = [
        RoleRow(
            name: "bridge",
            boardRole: .bridge,
            count: { _, _ in 1 },
            purposes: [.agents, .data],
            secrets: { ChildSecrets(hubToken: $0.hubToken) },
            dataSocket: "bridge.sock",
            isScalable: false,
            leaves: 1
        ),
        RoleRow(
            name: "store",
            boardRole: .store,
            count: { _, _ in 1 },
            purposes: [.data],
            secrets: { _ in ChildSecrets() },
            dataSocket: "store.sock",
            isScalable: false,
            leaves: 2
        ),
        RoleRow(
            name: "worker",
            boardRole: .worker,
            count: { configuration, processors in configuration.server.workers ?? processors },
            purposes: [.clients],
            secrets: { ChildSecrets(providerKeys: $0.providerKeys, files: $0.files) },
            dataSocket: nil,
            isScalable: true,
            leaves: 0
        ),
    ]

    /// Whether its processes are given that listener; a data socket is for one role alone.
    func takes(_ grant: ListenerGrant) -> Bool {
        purposes.contains(grant.purpose) && (grant.purpose != .data || grant.name == name)
    }

    /// `worker:0`; of a role with one child, `bridge`.
    func slotName(_ index: Int) -> String { name == "worker" ? "\(name):\(index)" : name }
}
