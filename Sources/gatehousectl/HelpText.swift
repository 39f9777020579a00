/// What the help says, beyond the rows of the commands.
enum HelpText {
    /// All commands and options.
    static let overview = """
        Steers the gatehoused daemon, and makes programs models of it.

        usage: gatehousectl [--socket PATH] [--json] COMMAND …

        \(columns(CommandTable.rows.map { ("\($0.name) \($0.usage)", $0.summary) }))

        \(columns([
            ("--socket PATH", "the daemon's control socket; else $RUNTIME_DIRECTORY/\(SocketPath.name), "
                + "./run/\(SocketPath.name)"),
            ("", "or \(SocketPath.system)"),
            ("--json", "show the daemon's answers as JSON, one a line"),
            ("--version", "show the version of this program"),
        ]))
        """

    /// One command.
    static func of(_ command: Command) -> String {
        let usage = command.usage.isEmpty ? command.name : "\(command.name) \(command.usage)"
        return "usage: gatehousectl \(usage)\n\n\(command.summary)\n\n\(command.help)"
    }

    static let agent = """
        For every request COMMAND is started with the conversation on its standard input; what it writes is the
        answer, sent on as it comes. If it fails, its last line of standard error is the reason that the client is
        told. If the client leaves, its process group gets TERM and 2 s later KILL. Lost connections are made again.

        \(columns(AgentOption.rows.map { ("\($0.name) \($0.value ?? "")", $0.summary) }))

        COMMAND gets \(CommandEnvironment.passedOn.joined(separator: ", ")) from the environment, and
        \(CommandEnvironment.model) and \(CommandEnvironment.requestID).

        Without --key-file the key is $GATEHOUSE_API_KEY, or the one that the daemon made in its state directory.

        Exit status: 0 after ^C or TERM, 4 if the server refuses the key or the models.

            gatehousectl agent --model shout -- tr a-z A-Z
        """

    private static func columns(_ rows: [(String, String)]) -> String {
        let wide = rows.map(\.0.count).filter { $0 < 30 }.max() ?? 0
        let lines = rows.map { left, right in
            left.count > wide
                ? "  \(left)\n  \(padding(wide + 3))\(right)"
                : "  \(left)\(padding(wide + 3 - left.count))\(right)"
        }
        return lines.joined(separator: "\n")
    }

    private static func padding(_ count: Int) -> String { String(repeating: " ", count: count) }
}
