import Posix

/// The processes of the model tests: `SharedModel writer …`, `SharedModel reader …`, `SharedModel limiter …`,
/// `SharedModel sessions …`.
///
/// Descriptors: 3 the journal's memory, 4 the bell; a writer's ledger is 5. A limiter's: 3 the limits, 4 its ledger. Of
/// sessions: 3 the sessions.
@main
enum Main {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "writer": try ModelWriter(arguments)?.run()
        case "reader": try ModelReader(arguments)?.run()
        case "limiter": try ModelLimiter(arguments)?.run()
        case "sessions": try ModelSessions(arguments)?.run()
        case "bench": try Benchmark().run()
        default: ProcessInformation.exit(64)
        }
    }
}
