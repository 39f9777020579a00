import BridgeProcess
import Events
import IPC
import Posix
import StoreProcess
import SupervisorProcess
import WorkerProcess

/// The daemon: one binary for every process of the tree; without `--role` it is the supervisor.
@main
struct Gatehoused {
    static func main() {
        blockSignals(Supervisor.signals)
        ignoreSignals([.pipe])
        ProcessInformation.tuneHeap()
        switch CommandLineOptions.parse(Array(CommandLine.arguments.dropFirst())) {
        case .failure(let fault):
            complain("gatehoused: \(fault.description)\nTry 'gatehoused --help'.\n")
            ProcessInformation.exit(64)
        case .success(let options): ProcessInformation.exit(run(options))
        }
    }

    private static func run(_ options: CommandLineOptions) -> CInt {
        switch options.action {
        case .help: return say(CommandLineOptions.help)
        case .version: return say("gatehoused \(Release.version)\n")
        case .check: return ConfigurationCommands.check(options.configurationPath)
        case .print: return ConfigurationCommands.print(options.configurationPath)
        case .serve(let role, let slot): return serve(options, role, slot)
        }
    }

    /// Runs the one loop of this process until its role ends.
    private static func serve(_ options: CommandLineOptions, _ role: String?, _ slot: Int) -> CInt {
        do throws(Errno) {
            let loop = try EventLoop()
            let descriptorLimit = raiseDescriptorLimit()
            ProcessInformation.setName(role ?? "gatehoused")
            switch role {
            case nil:
                let supervisor = Supervisor(options.supervisor(descriptorLimit: descriptorLimit), on: loop)
                return loop.runProcess { await supervisor.run() }
            case "worker":
                let worker = Worker(slot: slot, version: Release.version, on: loop)
                return loop.runProcess { await worker.run() }
            case "bridge":
                let bridge = Bridge(slot: slot, version: Release.version, on: loop)
                return loop.runProcess { await bridge.run() }
            case "store":
                let store = Store(slot: slot, version: Release.version, on: loop)
                return loop.runProcess { await store.run() }
            case let other?:
                complain("gatehoused: there is no role '\(other)'\n")
                return 64
            }
        } catch {
            complain("gatehoused: \(error)\n")
            return 1
        }
    }

    static func say(_ text: String) -> CInt {
        do throws(Errno) {
            try Descriptor.writeAll(1, Array(text.utf8))
            return 0
        } catch {
            return 1
        }
    }

    static func complain(_ text: String) { try? Descriptor.writeAll(2, Array(text.utf8)) }
}
