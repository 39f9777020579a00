package import Config

/// What the supervisor and one of its children say to each other, on the child's descriptor 3.
package typealias SupervisorLink = Link<ChildReport, ChildCommand>
package typealias ChildLink = Link<ChildCommand, ChildReport>

/// Supervisor → child.
///
/// The order of a life: `configure`, `start`, then any of the rest, then `drain`.
package enum ChildCommand: Codable, Equatable, Sendable {
    /// First message. The listeners' descriptors ride along, in their order. Answered by `configured`.
    case configure(setup: ChildSetup)
    /// Begin to accept. Sent when every child of the start has answered `configured`. Answered by `started`.
    case start
    /// Get ready for another configuration, and do nothing slow. Descriptors as in `configure`, of added listeners
    /// only. Answered by `prepared` or `refused`.
    case prepare(generation: Int, configuration: Configuration, secrets: ChildSecrets, added: [ListenerGrant])
    /// From now on the prepared configuration is the one. Answered by `committed`, and by `left` for listeners gone.
    case commit(generation: Int)
    /// Forget what was prepared.
    case abort(generation: Int)
    /// Stop accepting, finish what runs, answer `drained` and exit.
    case drain(order: DrainOrder)
    /// Say how you are. Answered by `status`.
    case report(id: Int)
}

/// Child → supervisor.
package enum ChildReport: Codable, Equatable, Sendable {
    /// First message of a child.
    case hello(version: Int, role: String, slot: Int, pid: Int, nonce: String)
    case configured
    /// It accepts, and its heartbeat stands on the board from now on.
    case started
    case prepared(generation: Int)
    case refused(generation: Int, reason: String)
    case committed(generation: Int)
    /// These listeners are no longer accepted from, and every connection that waited has been taken; none named: all.
    case left(names: [String])
    /// What was running has ended, or its time was up; the child exits now.
    case drained
    case status(id: Int, child: ChildStatus)
    /// For the audit log.
    case audit(events: [AuditEvent])
}

/// Everything a child needs to begin.
package struct ChildSetup: Codable, Equatable, Sendable {
    package var generation: Int
    package var configuration: Configuration
    package var secrets: ChildSecrets
    package var listeners: [ListenerGrant]
    /// Where the data sockets are.
    package var runDirectory: String
    /// Where the journal and the database are.
    package var stateDirectory: String
    /// The name of this daemon among others, in usage.
    package var instance: String
    /// When it started, in seconds since 1970.
    package var startedAt: Int
    /// The child's row on the board.
    package var boardRow: Int
    /// The child takes the place of one that died, or that it is to follow.
    package var isReplacement: Bool

    package init(
        generation: Int,
        configuration: Configuration,
        secrets: ChildSecrets,
        listeners: [ListenerGrant],
        runDirectory: String,
        stateDirectory: String,
        instance: String,
        startedAt: Int,
        boardRow: Int,
        isReplacement: Bool,
    ) {
        self.generation = generation
        self.configuration = configuration
        self.secrets = secrets
        self.listeners = listeners
        self.runDirectory = runDirectory
        self.stateDirectory = stateDirectory
        self.instance = instance
        self.startedAt = startedAt
        self.boardRow = boardRow
        self.isReplacement = isReplacement
    }
}

/// A listening descriptor that rides with a message.
package struct ListenerGrant: Codable, Hashable, Sendable {
    package enum Purpose: String, Codable, Sendable {
        /// Clients of the HTTP API.
        case clients
        /// Agents, over WebSocket.
        case agents
        /// Our own workers, over a data link.
        case data
    }

    /// The listener's name in the configuration; unique within its purpose.
    package var name: String
    package var purpose: Purpose
    package var address: String

    package init(name: String, purpose: Purpose, address: String) {
        self.name = name
        self.purpose = purpose
        self.address = address
    }
}

/// How long what runs may still take.
package struct DrainOrder: Codable, Equatable, Sendable {
    package var idle: Duration
    package var requests: Duration
    package var streams: Duration

    package init(idle: Duration, requests: Duration, streams: Duration) {
        self.idle = idle
        self.requests = requests
        self.streams = streams
    }
}

/// How a child is, as `gatehousectl status` shows it.
package struct ChildStatus: Codable, Equatable, Sendable {
    package var generation = 0
    package var inFlight = 0
    package var connections = 0
    package var requests = 0
    package var isDraining = false
    /// Jobs that came from other threads than the loop's; more than a few mean a fault of ours.
    package var foreignEnqueues = 0
    package var logDropped = 0
    /// Who answers for which models; the bridge's.
    package var agents: [AgentStatus] = []

    package init() {}
}

/// One connected agent.
package struct AgentStatus: Codable, Equatable, Sendable {
    package var id: String
    package var models: [String]
    package var inFlight: Int
    package var connectedSeconds: Int

    package init(id: String, models: [String], inFlight: Int, connectedSeconds: Int) {
        self.id = id
        self.models = models
        self.inFlight = inFlight
        self.connectedSeconds = connectedSeconds
    }

    private enum CodingKeys: String, CodingKey {
        case id, models
        case inFlight = "in_flight"
        case connectedSeconds = "connected_seconds"
    }
}
