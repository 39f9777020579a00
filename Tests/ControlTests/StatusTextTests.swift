import IPC
import Testing

@testable import gatehousectl

@Suite struct StatusTextTests {
    @Test func `columns, agents and last words`() {
        var bridge = ProcessRecord(
            name: "bridge",
            state: "RUNNING",
            description: "pid 7, uptime 0:00:01",
            restarts: 0
        )
        bridge.agents = [
            AgentStatus(id: "cursor", models: ["a", "b"], inFlight: 2, connectedSeconds: 723),
            AgentStatus(id: "x\u{1B}[2J", models: ["c"], inFlight: 0, connectedSeconds: 360_000),
        ]
        bridge.stderr = ["not shown while it runs"]
        var worker = ProcessRecord(
            name: "worker:0",
            state: "BACKOFF",
            description: "exit status 1",
            restarts: 3
        )
        worker.stderr = ["no room"]

        #expect(
            StatusText.lines([bridge, worker]) == [
                "bridge                           RUNNING   pid 7, uptime 0:00:01",
                "  agent cursor: models a, b; 2 in flight; connected 0:12:03",
                "  agent x\u{FFFD}[2J: models c; 0 in flight; connected 100:00:00",
                "worker:0                         BACKOFF   exit status 1",
                "  no room",
            ]
        )
    }

    @Test func `a long name widens the column`() {
        let name = String(repeating: "n", count: 40)
        let record = ProcessRecord(name: name, state: "RUNNING", description: "d", restarts: 0)

        #expect(StatusText.lines([record]) == ["\(name)   RUNNING   d"])
    }

    @Test(
        arguments: [
            (nil, true, true, "./run/gatehouse.sock"), (nil, false, true, "/run/gatehouse/gatehouse.sock"),
            (nil, false, false, "./run/gatehouse.sock"), ("/r", true, true, "/r/gatehouse.sock"),
            ("/r:/q", false, false, "/r/gatehouse.sock"),
        ] as [(String?, Bool, Bool, String)]
    )
    func `the socket is looked for in order`(
        directory: String?,
        isLocal: Bool,
        isSystem: Bool,
        expected: String
    ) {
        let path = SocketPath.choose(runtimeDirectory: directory) {
            $0 == SocketPath.system ? isSystem : isLocal
        }

        #expect(path == expected)
    }
}
