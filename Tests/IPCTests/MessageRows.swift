import Config
import IPC

/// Every message of the lifecycle and control links, every field with a value of its own.
enum MessageRows {
    static let commands: [(message: ChildCommand, descriptors: Int)] = [
        (.configure(setup: setup), 2),
        (.configure(setup: fullest), 16),
        (.start, 0),
        (.prepare(generation: 8, configuration: Configuration(), secrets: ChildSecrets(), added: []), 0),
        (
            .prepare(
                generation: 9,
                configuration: configuration,
                secrets: ChildSecrets(hubToken: "token"),
                added: [grants[0]]
            ), 1
        ),
        (.commit(generation: 9), 0),
        (.abort(generation: .max), 0),
        (
            .drain(order: DrainOrder(idle: .zero, requests: .milliseconds(2_500), streams: .seconds(86_400))),
            0
        ),
        (.report(id: 11), 0),
    ]

    static let reports: [ChildReport] = [
        .hello(version: 1, role: "worker", slot: 3, pid: 4_711, nonce: String(repeating: "0f", count: 32)),
        .configured,
        .started,
        .prepared(generation: 9),
        .refused(generation: 9, reason: "a \"quoted\" reason\nof two lines, with ü and \u{0}"),
        .committed(generation: 9),
        .left(names: []),
        .left(names: ["main", "agents", "ü"]),
        .drained,
        .status(id: 11, child: ChildStatus()),
        .status(id: 12, child: status), .audit(events: []), .audit(events: [event]),
    ]

    static let requests: [ControlRequest] = [
        ControlRequest(command: "status"),
        ControlRequest(command: "restart", arguments: ["worker:0", "", "--now", "😀"]),
    ]

    static let replies: [ControlReply] = [
        .line("worker:0 started"), .line(""), .record(.process(record)), .record(.process(barest)), .done(),
        .done(exit: .notAllRunning, error: "line 3: …"), .done(exit: .refused), .done(exit: .badArguments),
        .record(.limit(limit)), .record(.trace(trace)), .done(exit: .failure, error: ""),
        .done(exit: .notRunning),
    ]

    private static let event: AuditEvent = {
        var event = AuditEvent("limit", "refused", by: "key \"ci\"", at: "2026-01-31T12:00:00.000Z")
        (event.process, event.requestID, event.sessionID) = ("worker:0", "req-1", "sess-1")
        (event.detail, event.count) = ("rate_limit_exceeded", 7)
        return event
    }()

    private static let trace: TraceRecord = {
        var trace = TraceRecord(
            id: "req-1",
            at: "2026-01-31T12:00:00.000Z",
            process: "worker:0",
            pid: 4_711,
            generation: 2,
            method: "POST",
            path: "/v1/chat/completions",
            client: "127.0.0.1",
            status: 504,
            milliseconds: 30_001.25,
            bytes: 7
        )
        (trace.request, trace.key, trace.model, trace.provider) = ("theirs", "ci", "m", "local")
        (trace.error, trace.message) = ("upstream_timeout", "the model did not answer \u{1F600}")
        return trace
    }()

    private static let limit: LimitRecord = {
        var limit = LimitRecord(name: "key ci at main", requests: 1, tokens: 2, inFlight: 3, resetsSeconds: 4)
        (limit.requestsLimit, limit.tokensLimit, limit.burst, limit.inFlightLimit) = (5, 6, 7, 8)
        return limit
    }()

    private static let grants = [
        ListenerGrant(name: "main", purpose: .clients, address: "127.0.0.1:8788"),
        ListenerGrant(name: "agents", purpose: .agents, address: "[::1]:8787"),
        ListenerGrant(name: "bridge", purpose: .data, address: "unix:/run/gatehouse/bridge.sock"),
    ]

    private static let setup = ChildSetup(
        generation: 7,
        configuration: configuration,
        secrets: ChildSecrets(hubToken: "token"),
        listeners: Array(grants.prefix(2)),
        runDirectory: "/run/gatehouse",
        stateDirectory: "/var/lib/gatehouse",
        instance: "a1b2c3d4",
        startedAt: 1_767_225_600,
        boardRow: 3,
        isReplacement: true
    )

    private static let fullest = ChildSetup(
        generation: 1,
        configuration: Configuration(),
        secrets: ChildSecrets(),
        listeners: (0..<16).map { ListenerGrant(name: "l\($0)", purpose: .data, address: "unix:@\($0)") },
        runDirectory: "",
        stateDirectory: "",
        instance: "a1b2c3d4",
        startedAt: 1_767_225_600,
        boardRow: 1023,
        isReplacement: false
    )

    /// One whose message is over half a megabyte.
    static var longSetup: ChildSetup {
        var setup = setup
        setup.runDirectory = String(repeating: "x", count: 600_000)
        return setup
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.server.workers = 3
        configuration.server.allowedHosts = ["gate.example"]
        configuration.bridge.connect = "ws://hub.example:8787/agent"
        configuration.providers = [Configuration.Provider(name: "p", type: .agent)]
        configuration.models = [Configuration.Model(name: "fast")]
        return configuration
    }

    private static var status: ChildStatus {
        var status = ChildStatus()
        (status.generation, status.inFlight, status.connections, status.requests) = (1, 2, 3, .max)
        (status.isDraining, status.foreignEnqueues, status.logDropped) = (true, 4, 5)
        status.agents = [agent]
        return status
    }

    private static let agent = AgentStatus(
        id: "cursor",
        models: ["a", "b"],
        inFlight: 1,
        connectedSeconds: 60
    )

    private static var record: ProcessRecord {
        var record = ProcessRecord(name: "worker:0", state: "RUNNING", description: "pid 4711", restarts: 2)
        (record.pid, record.uptimeSeconds, record.generation, record.inFlight) = (4_711, 60, 3, 1)
        (record.connections, record.requests, record.foreignEnqueues) = (5, 6, 0)
        (record.agents, record.stderr) = ([agent], ["last", "words"])
        return record
    }

    private static let barest = ProcessRecord(
        name: "bridge",
        state: "FATAL",
        description: "exited 78",
        restarts: 0
    )
}
