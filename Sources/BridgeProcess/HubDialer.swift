import Config
import Events
import Gateway
import Log
import Posix
import Transport
import WebSocket

/// Keeps a connection to the hub of the configuration, for ever.
final class HubDialer {
    /// A connection that lasted so long was no failure.
    private static let worthwhile = Duration.seconds(10)

    private let url: WebSocketURL
    private let settings: Configuration.Bridge
    private let token: Secret?
    private let hall: AgentHall
    private let loop: EventLoop
    private let log: Logger
    private var isStopped = false
    private var socket: WebSocketConnection?

    init(
        _ url: WebSocketURL,
        _ settings: Configuration.Bridge,
        token: Secret?,
        hall: AgentHall,
        log: Logger,
        on loop: EventLoop,
    ) {
        self.url = url
        self.settings = settings
        self.token = token
        self.hall = hall
        self.log = log
        self.loop = loop
    }

    /// Dials no more; the connection that is there lasts as long as it has something to do.
    func leave() {
        isStopped = true
        hall.leaveHub()
    }

    func stop() {
        isStopped = true
        socket?.close(.goingAway, "the gateway goes down or dials another hub")
    }

    /// Dials, speaks, and dials again after a pause that doubles to 10 s, with jitter.
    func run() async {
        var failures = 0
        while !isStopped {
            do throws(DialError) {
                let connection = try await WebSocketDialer(timeout: settings.connectTimeout, on: loop).dial(
                    url,
                    messageLimit: AgentConnection.messageLimit,
                    heartbeat: settings.heartbeatInterval
                )
                if isStopped { return connection.close(.goingAway, "no longer wanted") }
                socket = connection
                let begin = Moment.now
                await hall.accompanyHub(connection, agentID: settings.agentID, token: token)
                socket = nil
                if Moment.now - begin > Self.worthwhile { failures = 0 }
            } catch {
                if failures == 0 {
                    log.warning("hub unreachable", ["url": .init(url), "reason": .init(error.description)])
                }
            }
            if isStopped { return }
            let pause = min(Duration.milliseconds(100 << min(failures, 7)), .seconds(10))
            failures += 1
            await loop.sleep(for: pause * Double.random(in: 0.5...1.5))
        }
    }
}
