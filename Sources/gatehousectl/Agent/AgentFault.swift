import IPC

/// Why an agent does not serve, now or at all.
enum AgentFault: Error, Equatable, CustomStringConvertible {
    case unreachable(url: String, reason: String)
    case lost(String)
    /// The server does not want us, and will not want us the next time.
    ///
    /// - Parameter hasKey: whether we had a key to show.
    case refused(String, hasKey: Bool)
    /// Another agent has come with our id.
    case replaced(id: String)
    /// The file that was named cannot be read.
    case noKey(String)
    case noProgram(String)

    /// What the command then exits with; nil: another try may help.
    var exit: CInt? {
        switch self {
        case .unreachable, .lost: nil
        case .refused, .replaced: CInt(ControlExit.refused.rawValue)
        case .noKey, .noProgram: CInt(ControlExit.badArguments.rawValue)
        }
    }

    var description: String {
        switch self {
        case .unreachable(let url, let reason): "no connection to \(url): \(reason)"
        case .lost(let reason): "connection lost: \(reason)"
        case .refused(let reason, hasKey: true): "the server refuses: \(reason)"
        case .refused(let reason, hasKey: false):
            "the server refuses: \(reason); no key was found, see --key-file and $\(AgentKey.variable)"
        case .replaced(let id): "another agent has come with the id \(id)"
        case .noKey(let reason): "--key-file: \(reason)"
        case .noProgram(let name): "no program '\(name)' is found"
        }
    }
}
