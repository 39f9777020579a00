import IPC
import Testing

@testable import gatehousectl

@Suite struct CommandLineRequestTests {
    @Test(
        arguments: [
            ("status", [], nil, false), ("status worker:0 bridge", ["worker:0", "bridge"], nil, false),
            ("--socket /s --json status", [], "/s", true), ("--socket=/s reload", [], "/s", false),
            ("tail -f -50 bridge", ["-f", "-50", "bridge"], nil, false), ("restart all", ["all"], nil, false),
            ("pid", [], nil, false), ("shutdown", [], nil, false), ("why req-1", ["req-1"], nil, false),
            ("usage --by key,day --from=2026-01-31", ["by=key,day", "from=2026-01-31"], nil, false),
            ("events --last 5 --follow", ["last=5", "follow"], nil, false),
            ("db export", ["export"], nil, false),
            ("top --once --interval 2", ["once", "interval=2"], nil, false), ("limits", [], nil, false),
        ] as [(String, [String], String?, Bool)]
    )
    func `a command goes to the daemon`(line: String, arguments: [String], socket: String?, isJSON: Bool)
        throws
    {
        let words = line.split(separator: " ").map(String.init)
        let name = try #require(words.first { CommandTable.row($0) != nil })
        let request = ControlRequest(command: name, arguments: arguments)

        #expect(
            try CommandLineRequest(parsing: words)
                == .control(ControlOrder(request: request, socket: socket, isJSON: isJSON))
        )
    }

    @Test(arguments: [
        ("", "no command was given"), ("--json", "no command was given"),
        ("stats", "unknown command 'stats'; did you mean status?"),
        ("relaod", "unknown command 'relaod'; did you mean reload?"),
        ("frobnicate", "unknown command 'frobnicate'; see gatehousectl help"),
        ("help stats", "unknown command 'stats'; did you mean status?"),
        ("help status pid", "help has no use for 'pid'"), ("--sock /s status", "unknown option '--sock'"),
        ("--json=1 status", "unknown option '--json=1'"), ("--socket", "--socket needs a value"),
        ("status --json", "status has no option '--json'"), ("start", "start needs a NAME, or all"),
        ("reload now", "reload has no use for 'now'"), ("tail", "tail needs one NAME"),
        ("tail -x a", "tail has no option '-x'"), ("tail a b", "tail has no use for 'b'"),
        ("why", "why needs the id of a request"), ("why a b", "why has no use for 'b'"),
        ("usage --year 1", "usage has no option '--year'"), ("usage --by", "--by needs a value"),
        ("usage echo", "usage has no use for 'echo'"), ("events --follow=1", "--follow takes no value"),
        ("db", "db needs export or import"), ("db drop", "db has no use for 'drop'"),
        ("db export a", "db has no use for 'a'"), ("db import a b", "db has no use for 'b'"),
    ])
    func `what cannot be understood is refused with a reason`(line: String, reason: String) {
        let words = line.split(separator: " ").map(String.init)
        let error = #expect(throws: UsageError.self) { try CommandLineRequest(parsing: words) }

        #expect(error?.description.hasPrefix(reason) == true)
    }

    @Test(arguments: CommandTable.rows.map(\.name))
    func `every command has its help, three ways`(name: String) throws {
        let row = try #require(CommandTable.row(name))
        let help = CommandLineRequest.show(HelpText.of(row))

        #expect(try CommandLineRequest(parsing: ["help", name]) == help)
        #expect(try CommandLineRequest(parsing: [name, "--help"]) == help)
        #expect(try CommandLineRequest(parsing: [name, "-h"]) == help)
        #expect(HelpText.overview.contains("  \(name)"))
        #expect(HelpText.of(row).split(separator: "\n").allSatisfy { $0.count <= 120 })
    }

    @Test func `an option of the program behind -- is the program's`() throws {
        let request = try CommandLineRequest(parsing: ["agent", "--model", "m", "--", "cat", "--help"])

        guard case .agent(let options) = request else { return #expect(Bool(false), "\(request)") }
        #expect(options.command == ["cat", "--help"])
    }

    @Test func `only tail -f is meant to be interrupted`() {
        let follow = ControlRequest(command: "tail", arguments: ["-f", "a"])
        let stop = ControlRequest(command: "stop", arguments: ["-f"])

        #expect(ControlOrder(request: follow, socket: nil, isJSON: false).follows)
        #expect(!ControlOrder(request: stop, socket: nil, isJSON: false).follows)
    }
}
