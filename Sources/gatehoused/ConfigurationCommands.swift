import Config
import Posix

/// What can be asked about a configuration file without starting anything.
enum ConfigurationCommands {
    private static let configurationExit: CInt = 78

    /// Prints every fault and warning as `file:line:column: error: …`.
    static func check(_ path: String) -> CInt {
        guard let text = read(path) else { return configurationExit }
        switch Configuration.check(text, environment: ProcessInformation.environment) {
        case .invalid(let faults):
            for fault in faults { Gatehoused.complain(fault.rendered(file: path) + "\n") }
            return configurationExit
        case .valid(_, let warnings):
            for warning in warnings {
                Gatehoused.complain(warning.rendered(file: path, word: "warning") + "\n")
            }
            return Gatehoused.say("\(path): configuration OK\n")
        }
    }

    /// Prints the configuration with every default; `${NAME}` stays as it is written.
    static func print(_ path: String) -> CInt {
        guard let text = read(path) else { return configurationExit }
        if case .invalid = Configuration.check(text, environment: ProcessInformation.environment) {
            return check(path)
        }
        return Gatehoused.say(Configuration.printed(text))
    }

    private static func read(_ path: String) -> [UInt8]? {
        do throws(Errno) {
            return try FileSystem.read(path)
        } catch {
            Gatehoused.complain("\(path): error: \(error)\n")
            return nil
        }
    }
}
