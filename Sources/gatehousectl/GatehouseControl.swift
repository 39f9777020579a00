import Events
import Posix

/// `gatehousectl`: steers the daemon, and makes programs models of it.
@main
struct GatehouseControl {
    static func main() {
        blockSignals(StopSignals.numbers)
        ignoreSignals([.pipe])
        do throws(UsageError) {
            try perform(CommandLineRequest(parsing: Array(CommandLine.arguments.dropFirst())))
        } catch {
            if case .noCommand = error { Terminal.print(HelpText.overview) }
            Terminal.complain("gatehousectl: \(error)")
            ProcessInformation.exit(UsageError.exit)
        }
    }

    private static func perform(_ request: CommandLineRequest) {
        switch request {
        case .show(let text): Terminal.print(text)
        case .control(let order): run { await $0.control(order) }
        case .agent(let options): run { await $0.agent(options) }
        }
    }

    /// Runs `work` on a loop of its own and exits with the status it returns.
    private static func run(_ work: @escaping @Sendable (CommandRole) async -> CInt) {
        do throws(Errno) {
            let loop = try EventLoop()
            let role = CommandRole(loop)
            ProcessInformation.exit(loop.runProcess { await work(role) })
        } catch {
            Terminal.complain("gatehousectl: \(error)")
            ProcessInformation.exit(1)
        }
    }
}
