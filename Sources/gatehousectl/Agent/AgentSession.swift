import Events
import Gateway
import JSON
import Posix
import Transport
import WebSocket

/// One connection of an agent to the bridge: says who it is, then answers what it is asked.
final class AgentSession {
    /// How a connection ended.
    enum Ending: Equatable {
        case lost(String)
        /// The server does not want us, and will not want us the next time.
        case refused(String)
        /// Another agent has come with our id.
        case replaced
    }

    /// What the session tells its owner.
    enum Event {
        /// The server takes us, with these models.
        case registered(models: [String])
        case invoked(id: String, model: String, request: JSONDocument)
        case cancelled(id: String)
        /// The server finishes here what runs, and wants us to come again for what follows.
        case left
    }

    /// How long the server may take to answer the first message.
    private static let patience = Duration.seconds(10)
    /// Errors that another try would only repeat.
    private static let finalCodes = ["unauthorized", "model_not_allowed"]
    /// What the server closes the older of two connections with the same id with.
    private static let replaced = CloseCode.application(1)

    private let connection: WebSocketConnection
    private let loop: EventLoop
    private let handle: (Event, AgentSession) -> Void
    private var isRegistered = false
    private var refusal: String?
    private var reasonToClose: String?
    private var timer: TimerQueue.Token?
    private var lastReceived = Moment.now

    /// The most bytes of a message to the server; nil if it has not said.
    private(set) var messageLimit: Int?

    /// A session on a new connection; `handle` is called for every event, on the loop.
    init(
        _ connection: WebSocketConnection,
        on loop: EventLoop,
        handle: @escaping (Event, AgentSession) -> Void
    ) {
        self.connection = connection
        self.loop = loop
        self.handle = handle
    }

    /// Bytes that wait to go out.
    var backlog: Int { connection.backlog }

    /// Queues a message; lost if the connection is.
    func send(_ frame: [UInt8]) { connection.send(frame) }

    /// Says goodbye; ``run(_:)`` then returns.
    func close() { connection.close(.normal, "") }

    /// Sends `register`, the first message, and serves until the connection ends.
    func run(_ register: [UInt8]) async -> Ending {
        connection.send(register)
        setTimer(Self.patience) { $0.giveUp("no answer to the registration") }
        while let text = await connection.receive() { receive(text) }
        if let timer { loop.cancel(timer) }
        timer = nil
        return ending
    }

    // MARK: Messages

    private func receive(_ text: [UInt8]) {
        lastReceived = loop.now
        do throws(AgentFrameError) {
            try receive(AgentFrame(parsing: text))
        } catch {
            Terminal.complain("a message of the server was not understood: \(error)")
        }
    }

    private func receive(_ frame: AgentFrame) {
        switch frame {
        case .registered(_, let models, let heartbeat, let limit):
            isRegistered = true
            messageLimit = limit
            setHeartbeat(heartbeat.map { .seconds($0) })
            handle(.registered(models: models), self)
        case .invoke(let id, let model, let request):
            handle(.invoked(id: id, model: model, request: request), self)
        case .cancel(let id): handle(.cancelled(id: id), self)
        case .leave: handle(.left, self)
        case .ping(let timestamp): connection.send(AgentFrameWriter.pong(timestamp: timestamp))
        case .error(nil, let code, let message): note(code, Terminal.printable(message))
        case .error, .pong, .register, .result, .chunk, .unknown: break
        }
    }

    private func note(_ code: String?, _ message: String) {
        let sentence = code.map { "\(message) (\(Terminal.printable($0)))" } ?? message
        if !isRegistered, Self.finalCodes.contains(code ?? "") {
            refusal = sentence
            connection.close(.normal, "")
        } else if isRegistered {
            Terminal.complain("the server says: \(sentence)")
        } else {
            reasonToClose = sentence
        }
    }

    // MARK: Time

    private func setHeartbeat(_ interval: Duration?) {
        if let timer { loop.cancel(timer) }
        timer = nil
        if let interval { beat(interval) }
    }

    private func beat(_ interval: Duration) {
        setTimer(interval) { session in
            if session.loop.now - session.lastReceived >= interval * 2 {
                return session.giveUp("nothing was heard for two heartbeats")
            }
            session.connection.send(AgentFrameWriter.ping(milliseconds: WallClock.nanoseconds / 1_000_000))
            session.beat(interval)
        }
    }

    private func setTimer(_ delay: Duration, _ action: @escaping (AgentSession) -> Void) {
        timer = loop.schedule(after: delay) { [weak self] in
            self?.timer = nil
            if let self { action(self) }
        }
    }

    private func giveUp(_ reason: String) {
        reasonToClose = reason
        connection.close(.goingAway, reason)
    }

    // MARK: End

    private var ending: Ending {
        if let refusal { return .refused(refusal) }
        if case .closedByPeer(Self.replaced?, _) = connection.ending {
            return .replaced
        }
        return .lost(reasonToClose ?? sentence)
    }

    private var sentence: String {
        switch connection.ending {
        case .closedByPeer(let code?, ""): "the server closed it with code \(code.rawValue)"
        case .closedByPeer(let code?, let reason):
            "the server closed it with code \(code.rawValue), \(Terminal.printable(reason))"
        case .closedByPeer(nil, _): "the server closed it"
        case .closedByUs, .unanswered: "closed"
        case .lost, nil: "the connection broke"
        case .silent: "nothing was heard for two heartbeats"
        case .failed(let fault): "the server broke the protocol, \(fault.reason)"
        }
    }
}
