import IPC
import Posix
import SupervisorProcess

/// What the command line asks for.
struct CommandLineOptions {
    enum Action: Equatable {
        case serve(role: String?, slot: Int)
        case check
        case print
        case version
        case help
    }

    /// Why a command line is refused; `description` is what follows the program's name.
    enum Fault: Error, Equatable {
        case unknown(String)
        case missingValue(String)
        case notANumber(option: String, String)

        var description: String {
            switch self {
            case .unknown(let option): "unknown option '\(option)'"
            case .missingValue(let option): "\(option) needs a value"
            case .notANumber(let option, let value): "\(option): '\(value)' is not a number"
            }
        }
    }

    var action = Action.serve(role: nil, slot: 0)
    var configurationPath: String
    var runDirectory: String
    var stateDirectory: String

    func supervisor(descriptorLimit: Int) -> SupervisorOptions {
        SupervisorOptions(
            configurationPath: configurationPath,
            runDirectory: runDirectory,
            stateDirectory: stateDirectory,
            version: Release.version,
            descriptorLimit: descriptorLimit
        )
    }

    /// The defaults: what the environment says, then what the manual page says.
    private init() {
        configurationPath =
            ProcessInformation.environment("GATEHOUSE_CONFIG") ?? "/etc/gatehouse/gatehouse.toml"
        runDirectory = Self.first(of: "RUNTIME_DIRECTORY") ?? "\(FileSystem.currentDirectory)/run"
        stateDirectory = Self.first(of: "STATE_DIRECTORY") ?? ""
    }

    static func parse(_ arguments: [String]) -> Result<CommandLineOptions, Fault> {
        var options = CommandLineOptions()
        do throws(Fault) {
            try options.read(arguments[...])
        } catch {
            return .failure(error)
        }
        if options.stateDirectory.isEmpty { options.stateDirectory = options.runDirectory }
        return .success(options)
    }

    private mutating func read(_ arguments: ArraySlice<String>) throws(Fault) {
        var rest = arguments
        var (role, slot): (String?, Int) = (nil, 0)
        while let option = rest.popFirst() {
            switch option {
            case "--config": configurationPath = try Self.value(of: option, &rest)
            case "--run-dir": runDirectory = Self.absolute(try Self.value(of: option, &rest))
            case "--state-dir": stateDirectory = Self.absolute(try Self.value(of: option, &rest))
            case "--role": role = try Self.value(of: option, &rest)
            case "--slot":
                let text = try Self.value(of: option, &rest)
                guard let number = Int(text) else { throw .notANumber(option: option, text) }
                slot = number
            case "--check": action = .check
            case "--print-config": action = .print
            case "--version": action = .version
            case "--help", "-h": action = .help
            default: throw .unknown(option)
            }
        }
        if case .serve = action { action = .serve(role: role, slot: slot) }
    }

    private static func value(of option: String, _ rest: inout ArraySlice<String>) throws(Fault) -> String {
        guard let value = rest.popFirst() else { throw .missingValue(option) }
        return value
    }

    /// systemd gives several directories as a list.
    private static func first(of variable: String) -> String? {
        ProcessInformation.environment(variable)?.split(separator: ":").first.map(String.init)
    }

    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(FileSystem.currentDirectory)/\(path)"
    }

    static let help = """
        Usage: gatehoused [OPTION…]
        One endpoint on this machine for every program that wants a language model.

          --config FILE      the configuration ($GATEHOUSE_CONFIG, else /etc/gatehouse/gatehouse.toml)
          --run-dir DIR      sockets, lock and pid ($RUNTIME_DIRECTORY, else ./run)
          --state-dir DIR    what outlives a restart ($STATE_DIRECTORY, else the run directory)
          --check            check the configuration, print every fault, and exit
          --print-config     print the configuration with every default, and exit
          --version          print the version, and exit
          --help             print this, and exit

        The daemon stays in the foreground and logs to standard error. Steer it with gatehousectl.
        Signals: HUP reload; TERM, INT finish and exit (second: within 2 s, third: now);
        TTIN, TTOU one worker more, one less.
        Exit status: 0, 1 failure, 64 usage, 78 configuration.

        """
}
