import Config
import IPC
import Posix

/// Commands that concern the daemon as a whole.
enum DaemonCommands {
    static func reload(_ daemon: Daemon, _ arguments: [String], _ client: ControlClient) async {
        if arguments == ["--dry-run"] { return rehearse(daemon, client) }
        guard arguments.isEmpty else { return client.done(.badArguments, "reload takes only --dry-run") }
        guard !daemon.isShuttingDown else { return client.done(.failure, "the daemon is shutting down") }
        switch await daemon.reloader.reload() {
        case .unchanged:
            client.line("configuration unchanged, generation \(daemon.table.generation)")
            client.done()
        case .applied(let generation, let changes):
            changes.forEach { client.line($0) }
            client.line("generation \(generation) is in force")
            client.done()
        case .failed(let lines):
            lines.forEach { client.line($0) }
            client.done(.failure, "the old configuration stays, generation \(daemon.table.generation)")
        }
    }

    /// Checks the file, and tries the addresses that it adds; a socket is open for that moment only.
    private static func rehearse(_ daemon: Daemon, _ client: ControlClient) {
        switch daemon.reloader.rehearse() {
        case .success(let changes):
            changes.forEach { client.line($0) }
            client.line(changes.isEmpty ? "nothing would change" : "nothing was changed (--dry-run)")
            client.done()
        case .failure(let fault):
            fault.lines.forEach { client.line($0) }
            client.done(.failure, "this configuration would be refused")
        }
    }

    static func config(_ daemon: Daemon, _: [String], _ client: ControlClient) async {
        for line in daemon.source.printed.split(separator: "\n", omittingEmptySubsequences: false) {
            client.line(String(line))
        }
        client.done()
    }

    static func key(_ daemon: Daemon, _: [String], _ client: ControlClient) async {
        guard daemon.table.configuration.auth.keys.contains(where: { $0.name == "generated" }) else {
            return client.done(
                .failure,
                "the keys are in the configuration, [[auth.keys]]; none was generated"
            )
        }
        do throws(Errno) {
            client.line(
                KeyResolver.firstLine(try FileSystem.read(daemon.directory.generatedKey, limit: 65_536))
            )
            client.done()
        } catch {
            client.done(.failure, error.description)
        }
    }

    static func shutdown(_ daemon: Daemon, _: [String], _ client: ControlClient) async {
        client.line("shutting down")
        client.done()
        daemon.shutdown(.graceful)
    }
}
