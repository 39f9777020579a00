import Config
import IPC

/// Why a command line cannot be carried out.
enum UsageError: Error, Equatable, CustomStringConvertible {
    /// Nothing but options was given.
    case noCommand
    case unknownCommand(String)
    case unknownOption(String)
    /// An option stands after the command, which takes none.
    case misplacedOption(String, command: String)
    case missingValue(option: String)
    case unwantedValue(option: String)
    case badValue(option: String, value: String, expected: String)
    /// The command lacks what its help calls `name`.
    case missingArgument(command: String, name: String)
    case unwantedArgument(String, command: String)
    /// A word where the options of `agent` stand.
    case missingSeparator(before: String)

    /// The exit status for all of them.
    static let exit = CInt(ControlExit.badArguments.rawValue)

    var description: String {
        switch self {
        case .noCommand: "no command was given"
        case .unknownCommand(let name): "unknown command '\(name)'\(Self.suggestion(for: name))"
        case .unknownOption(let option): "unknown option '\(option)'; see gatehousectl help"
        case .misplacedOption(let option, let command):
            "\(command) has no option '\(option)'; --socket and --json stand before the command"
        case .missingValue(let option): "\(option) needs a value"
        case .unwantedValue(let option): "\(option) takes no value"
        case .badValue(let option, let value, let expected): "\(option) '\(value)': \(expected)"
        case .missingArgument(let command, let name):
            "\(command) needs \(name); see gatehousectl help \(command)"
        case .unwantedArgument(let word, let command): "\(command) has no use for '\(word)'"
        case .missingSeparator(let word):
            "'\(word)': write -- between the options and the command that answers"
        }
    }

    private static func suggestion(for name: String) -> String {
        let meant = Suggestion.text(for: name, among: CommandTable.rows.map(\.name)) { $0 }
        return meant.isEmpty ? "; see gatehousectl help" : meant
    }
}
