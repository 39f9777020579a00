/// What `gatehousectl` and the supervisor say to each other on the control socket: one request, any number of lines and
/// records, then exactly one verdict.
package typealias ControlServerLink = Link<ControlRequest, ControlReply>
package typealias ControlClientLink = Link<ControlReply, ControlRequest>

/// `gatehousectl` → supervisor.
package struct ControlRequest: Codable, Equatable, Sendable {
    /// The command's name as it is typed: `status`, `restart`.
    package var command: String
    package var arguments: [String]

    package init(command: String, arguments: [String] = []) {
        self.command = command
        self.arguments = arguments
    }
}

/// Supervisor → `gatehousectl`.
///
///     {"line":"worker:0 started"}
///     {"record":{"kind":"limit","name":"key ci","requests":12,…}}
///     {"record":{"name":"worker:0","state":"RUNNING",…}}
///     {"ok":false,"exit":1,"error":"line 3: …"}
package struct ControlReply: Codable, Equatable, Sendable {
    package var line: String?
    package var record: ControlRecord?
    package var ok: Bool?
    /// The command's exit status.
    package var exit: Int?
    package var error: String?

    private init() {}

    package static func line(_ text: String) -> ControlReply {
        var reply = ControlReply()
        reply.line = text
        return reply
    }

    package static func record(_ record: ControlRecord) -> ControlReply {
        var reply = ControlReply()
        reply.record = record
        return reply
    }

    package static func done(exit: ControlExit = .success, error: String? = nil) -> ControlReply {
        var reply = ControlReply()
        reply.ok = exit == .success
        reply.exit = exit.rawValue
        reply.error = error
        return reply
    }
}

/// What commands tell in members rather than in a line; `kind` says what it is, and a process has none.
package enum ControlRecord: Codable, Equatable, Sendable {
    case process(ProcessRecord)
    case limit(LimitRecord)
    case usage(UsageTotal)
    case event(UsageEvent)
    case trace(TraceRecord)
    case top(TopRecord)
    case session(SessionRecord)

    private enum Kind: String, Codable {
        case limit, usage, event, trace, top, session
    }

    private enum CodingKeys: CodingKey {
        case kind
    }

    package init(from decoder: any Decoder) throws {
        switch try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(Kind.self, forKey: .kind) {
        case nil: self = .process(try ProcessRecord(from: decoder))
        case .limit: self = .limit(try LimitRecord(from: decoder))
        case .usage: self = .usage(try UsageTotal(from: decoder))
        case .event: self = .event(try UsageEvent(from: decoder))
        case .trace: self = .trace(try TraceRecord(from: decoder))
        case .top: self = .top(try TopRecord(from: decoder))
        case .session: self = .session(try SessionRecord(from: decoder))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .process(let record): try record.encode(to: encoder)
        case .limit(let record):
            try container.encode(Kind.limit, forKey: .kind)
            try record.encode(to: encoder)
        case .usage(let record):
            try container.encode(Kind.usage, forKey: .kind)
            try record.encode(to: encoder)
        case .event(let record):
            try container.encode(Kind.event, forKey: .kind)
            try record.encode(to: encoder)
        case .trace(let record):
            try container.encode(Kind.trace, forKey: .kind)
            try record.encode(to: encoder)
        case .top(let record):
            try container.encode(Kind.top, forKey: .kind)
            try record.encode(to: encoder)
        case .session(let record):
            try container.encode(Kind.session, forKey: .kind)
            try record.encode(to: encoder)
        }
    }
}

/// Exit statuses of `gatehousectl`, as supervisorctl has them.
package enum ControlExit: Int, Codable, Sendable {
    case success = 0
    case failure = 1
    case badArguments = 2
    /// Of `status`: a process it showed is not running.
    case notAllRunning = 3
    /// Not allowed; or no daemon answers, or no process has that name.
    case refused = 4
    case notRunning = 7
}

/// One process, as `status` shows it.
package struct ProcessRecord: Codable, Equatable, Sendable {
    /// `worker:0`, `bridge`, or `gatehoused` for the supervisor itself.
    package var name: String
    /// supervisord's names: STOPPED STARTING RUNNING BACKOFF STOPPING EXITED FATAL.
    package var state: String
    package var pid: Int?
    package var uptimeSeconds: Int?
    /// `pid 4711, uptime 1:02:03`, or why it does not run.
    package var description: String
    package var restarts: Int
    package var generation: Int?
    package var inFlight: Int?
    package var connections: Int?
    package var requests: Int?
    package var foreignEnqueues: Int?
    package var logDropped: Int?
    /// Since its loop last said that it runs.
    package var silentMilliseconds: Int?
    package var agents: [AgentStatus]?
    /// How the last process ended that was not told to.
    package var lastEnd: String?
    /// The last lines of the one that died.
    package var stderr: [String]?

    package init(name: String, state: String, description: String, restarts: Int) {
        self.name = name
        self.state = state
        self.description = description
        self.restarts = restarts
    }

    private enum CodingKeys: String, CodingKey {
        case name, state, pid
        case uptimeSeconds = "uptime_seconds"
        case description, restarts, generation
        case inFlight = "in_flight"
        case connections, requests
        case foreignEnqueues = "foreign_enqueues"
        case logDropped = "log_dropped"
        case silentMilliseconds = "silent_ms"
        case lastEnd = "last_end"
        case agents, stderr
    }
}
