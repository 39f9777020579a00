/// A command: what is typed, and what the help says of it.
struct Command: Sendable {
    /// What may stand behind the command's name.
    enum Arguments: Sendable {
        case none
        case names
        /// At least one.
        case someNames
        /// Exactly one, which the help calls so.
        case one(String)
        /// Nothing but these.
        case options([String])
        /// A signal, and at least one name.
        case signal
        case tail
        /// Options with a value, and flags; they go to the daemon as `name=value` and `name`.
        case settings(values: [String], flags: [String])
        /// `export`, or `import` and perhaps a file.
        case database
        /// Nothing, or `revoke` and ids.
        case sessions
        /// A verb, then perhaps a name.
        case keys
        /// Another command's name, or nothing.
        case topic
        /// Options, `--` and a program.
        case program
    }

    let name: String
    /// The arguments as the help shows them.
    let usage: String
    let summary: String
    let arguments: Arguments
    let help: String
}

/// All commands, in the order of the help.
enum CommandTable {
    /// The name of a new key that was given none.
    static let keyName = "client"

    static func row(_ name: String) -> Command? { rows.first { $0.name == name } }

    static let rows = [
        Command(
            name: "status",
            usage: "[NAME…]",
            summary: "show the processes and how they are",
            arguments: .names,
            help: """
                Shows name, state and description of every process or of those named; of the bridge also the
                agents, of a process that does not run its last lines of standard error. Names are worker:0,
                bridge, or a group such as worker:*.

                Exit status: 0 all of them run, 3 one does not, 4 no such process or no daemon.
                """
        ),
        Command(
            name: "start",
            usage: "NAME…|all",
            summary: "start processes that were stopped",
            arguments: .someNames,
            help: "Starts the processes and waits until they run. Exit status: 0, or 7 if one does not run."
        ),
        Command(
            name: "stop",
            usage: "NAME…|all",
            summary: "stop processes, after they have finished what they do",
            arguments: .someNames,
            help:
                "Lets the processes finish their requests, as long as the configuration allows, and stops them."
        ),
        Command(
            name: "restart",
            usage: "NAME…|all",
            summary: "replace processes by new ones, without dropping a request",
            arguments: .someNames,
            help: """
                One after the other: the new process serves first, then the old one finishes what it does, as long
                as the configuration allows. What does not run is started. The configuration is not read again
                (see reload).
                """
        ),
        Command(
            name: "pid",
            usage: "[NAME…|all]",
            summary: "show the process id of the daemon, or of its processes",
            arguments: .names,
            help: "One number a line; 0 for a process that does not run, and then the exit status is 7."
        ),
        Command(
            name: "tail",
            usage: "[-f] [-N] NAME",
            summary: "show the last lines of a process's log",
            arguments: .tail,
            help: """
                Shows the last N lines, 20 unless told, of those the daemon keeps (256 for each process).
                With -f it goes on with new ones until ^C.
                """
        ),
        Command(
            name: "reload",
            usage: "[--dry-run]",
            summary: "read the configuration again, without dropping a request",
            arguments: .options(["--dry-run"]),
            help: """
                Either all processes take the new configuration or none does; a faulty one changes nothing, its
                faults are shown and the exit status is 1. With --dry-run nothing is changed in any case: what
                would change is shown.
                """
        ),
        Command(
            name: "limits",
            usage: "",
            summary: "show who has used how much of what they may",
            arguments: .none,
            help: """
                Everybody who has asked something of a model in a minute that is not over, or is being answered: requests
                and tokens of that minute with their limits, requests in flight, and when the minute ends.
                """
        ),
        Command(
            name: "top",
            usage: "[--once] [--interval SECONDS]",
            summary: "show how busy the daemon is, again and again",
            arguments: .settings(values: ["interval"], flags: ["once"]),
            help: """
                Each second, or at the interval that is given: requests and tokens a second, how long answers took, and of
                every process what it does and the memory of its own. Until ^C, or --once.
                """
        ),
        Command(
            name: "why",
            usage: "REQUEST-ID",
            summary: "show what became of a request",
            arguments: .one("the id of a request"),
            help: """
                REQUEST-ID is the x-request-id of an answer: ours, or the one that the client sent. The last 4096 requests
                of each worker are known, those of workers that died too; nothing of what was said is kept.

                Exit status: 4 if no such request is known.
                """
        ),
        Command(
            name: "sessions",
            usage: "[revoke ID…|all]",
            summary: "show sessions, or end them",
            arguments: .sessions,
            help: """
                All requests of a key (without keys, of an address) for a model are one session until its time is over; its
                id stands in x-session-id of every answer. One that is revoked is followed by another at the next request.
                """
        ),
        Command(
            name: "usage",
            usage: "[--by key,model,day] [--from TIME] [--to TIME] [--key NAME] [--model NAME]",
            summary: "show what was used, by key, model and day",
            arguments: .settings(values: ["by", "from", "to", "key", "model"], flags: []),
            help: """
                Requests and tokens, summed by what --by names: some of key, model and day, with commas; key,model unless
                told. TIME is a day such as 2026-01-31, which begins at midnight UTC, or 2026-01-31T12:00:00Z; --to is not
                included. ESTIMATED are requests whose tokens nobody counted, LOST those whose worker died.
                """
        ),
        Command(
            name: "events",
            usage: "[--follow] [--last N]",
            summary: "show requests as their usage is written",
            arguments: .settings(values: ["last"], flags: ["follow"]),
            help: """
                Shows the last N requests, 10 unless told, one a line: when it began, how it ended, its id, key, model,
                tokens of prompt and answer (~: estimated) and milliseconds. With --follow it goes on until ^C.
                """
        ),
        Command(
            name: "db",
            usage: "export | import [FILE]",
            summary: "write all usage to standard output, or take it from a file, as JSON Lines",
            arguments: .database,
            help: """
                The running daemon does it, so the database need not be stopped or copied. Rows that are there already are
                passed over: importing twice changes nothing. Without FILE, or for -, standard input is read.

                    gatehousectl db export > usage.jsonl
                    gatehousectl db import usage.jsonl
                """
        ),
        Command(
            name: "signal",
            usage: "SIG NAME…|all",
            summary: "send a signal to processes",
            arguments: .signal,
            help: """
                SIG is a name such as TERM, or a number. TERM lets a process finish and replaces it, KILL ends it at
                once; it is back in a moment either way (see stop).
                """
        ),
        Command(
            name: "config",
            usage: "",
            summary: "show the configuration in force",
            arguments: .none,
            help: "Every key with its value, defaults included; no secret is shown."
        ),
        Command(
            name: "key",
            usage: "",
            summary: "show the API key that was made at the first start",
            arguments: .none,
            help: "Only root and the daemon's own user may ask; configured keys are not kept in clear text."
        ),
        Command(
            name: "keys",
            usage: "new [NAME]",
            summary: "make an API key, and the lines of the configuration for it",
            arguments: .keys,
            help: """
                Shows a new key, once, and the [[auth.keys]] rows that let it in: put them into the configuration and
                reload. NAME is what logs and usage call it, \(Self.keyName) unless told. No daemon is asked.
                """
        ),
        Command(
            name: "shutdown",
            usage: "",
            summary: "stop the daemon, after it has finished what it does",
            arguments: .none,
            help: "Returns at once; the daemon ends when its requests have, or when their time is over."
        ),
        Command(
            name: "version",
            usage: "",
            summary: "show the version of the daemon that runs",
            arguments: .none,
            help: "The version of this program is shown by gatehousectl --version."
        ),
        Command(
            name: "help",
            usage: "[COMMAND]",
            summary: "show this, or what a command does",
            arguments: .topic,
            help: "Without COMMAND, all commands."
        ),
        Command(
            name: "agent",
            usage: "--model NAME [OPTION…] -- COMMAND [ARGUMENT…]",
            summary: "make a program a model",
            arguments: .program,
            help: HelpText.agent
        ),
    ]
}
