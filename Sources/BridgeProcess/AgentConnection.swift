import Events
import Gateway
import IPC
import JSON
import Log
import Posix
import Transport

/// One WebSocket to an agent, or to a hub that answers like one, and the requests that are under way over it.
final class AgentConnection {
    /// The most bytes of one message, either way, unless the other side said less.
    static let messageLimit = AgentFrame.messageLimit
    /// An agent that leaves more than this unread gets no new requests for the moment.
    private static let backlogLimit = 32 << 20
    /// Replies are not queued behind more bytes than this.
    private static let replyLimit = 1 << 20
    /// After so many messages others come first, workers that return credit among them.
    private static let fairShare = 32

    private struct Request {
        let stream: DataStream
        /// The client wants the answer as it comes.
        let isStream: Bool
        /// How many answers were asked for.
        let choices: Int
        /// Those that have a finish reason.
        var finished: Set<Int> = []
        /// How long the agent may yet be held back for it.
        var patience = Duration.seconds(1)
    }

    let number: Int
    let socket: WebSocketConnection
    let since = Moment.now

    var identity: AgentIdentity
    /// What it may serve, of what it wants to.
    var models: [String]
    /// It is let go as soon as it has nothing to do, and gets nothing new.
    var isLeaving = false
    /// The next ping.
    var pulse: TimerQueue.Token?
    /// The longest message that the other side takes.
    var peerLimit = AgentConnection.messageLimit

    private let loop: EventLoop
    private let log: Logger
    private let released: (Int) -> Void
    private let traffic: AgentTraffic
    private var requests: [String: Request] = [:]

    /// `released`: told whenever a request has ended.
    init(
        number: Int,
        _ socket: WebSocketConnection,
        _ identity: AgentIdentity,
        serving models: [String],
        traffic: AgentTraffic,
        log: Logger,
        on loop: EventLoop,
        released: @escaping (Int) -> Void,
    ) {
        self.number = number
        self.socket = socket
        self.identity = identity
        self.models = models
        self.log = log
        self.loop = loop
        self.released = released
        self.traffic = traffic
    }

    var inFlight: Int { requests.count }
    var streamsInFlight: Int { requests.values.count(where: \.isStream) }

    /// Asks for an answer; whatever comes of it goes to `stream`.
    func invoke(_ id: String, _ request: JSONValue, for stream: DataStream) {
        let message = request.raw
        guard message.count <= peerLimit else {
            return refuse(
                stream,
                "request_too_large",
                "the agent takes messages of at most \(peerLimit) bytes"
            )
        }
        guard requests[id] == nil, socket.backlog < Self.backlogLimit else {
            return refuse(stream, "agent_overloaded", "the agent does not read what it is sent")
        }
        requests[id] = Request(
            stream: stream,
            isStream: request["stream"]?.bool ?? false,
            choices: request["n"]?.int ?? 1
        )
        stream.onEvent = { [weak self] event in self?.heard(event, of: id) }
        traffic.sent += 1
        socket.send(Array(message))
    }

    /// Hands frames to their requests until the connection ends.
    func run(_ register: (AgentFrame) -> Void) async {
        var received = 0
        while let text = await socket.receive() {
            received += 1
            traffic.received += 1
            if received % Self.fairShare == 0 { await loop.yield() }
            do throws(AgentFrameError) {
                try await handle(text, register)
            } catch {
                reply(AgentFrameWriter.error(id: nil, code: "invalid", message: error.description))
                log.warning(
                    "agent spoke nonsense",
                    ["agent": .init(identity.name), "reason": .init(error.description)]
                )
                failRequest(of: text, error)
            }
        }
        failAll()
    }

    /// Nothing better will come for the request that a frame names which cannot be read.
    private func failRequest(of text: [UInt8], _ error: AgentFrameError) {
        guard let frame = (try? JSONDocument(parsing: text))?.root else { return }
        let isChunk = frame["type"]?.isString("model_stream_chunk") ?? false
        guard let id = frame["id"]?.string ?? (isChunk ? onlyRequest : nil), requests[id] != nil else {
            return
        }
        cancel(id)
        finish(id) { $0.fail(code: "agent_error", "it sent nonsense: \(error.description)") }
    }

    /// Nobody is left who could answer.
    func failAll() {
        let lost = requests
        requests = [:]
        for request in lost.values {
            refuse(request.stream, "agent_left", "the agent disconnected before it had answered")
        }
    }

    private func handle(_ text: [UInt8], _ register: (AgentFrame) -> Void) async throws(AgentFrameError) {
        let frame = try AgentFrame(parsing: text)
        switch frame {
        case .result(let id, _): finish(id) { $0.end(text) }
        case .chunk(let id, let chunk): await pass(text, chunk, to: id ?? onlyRequest)
        case .error(let id, let code, let message):
            guard let id = id ?? onlyRequest else { break }
            // Other codes are ours to give: a worker acts on them.
            let reason = code.map { "\(message) (\($0))" } ?? message
            finish(id) { $0.fail(code: "agent_error", reason) }
        case .cancel(let id): finish(id) { $0.fail(code: "agent_error", "it has given the request up") }
        case .ping(let timestamp): reply(AgentFrameWriter.pong(timestamp: timestamp))
        case .pong, .unknown, .invoke, .leave: break
        case .register, .registered: register(frame)
        }
    }

    private func cancel(_ id: String) {
        traffic.sent += 1
        socket.send(AgentFrameWriter.cancel(id: id))
    }

    /// Asks whether anybody is there.
    func ping() {
        let now = Int(WallClock.nanoseconds / 1_000_000)
        traffic.lastPing = now
        traffic.sent += 1
        socket.send(AgentFrameWriter.ping(milliseconds: Int64(now)))
    }

    /// One that does not read what it is sent gets no more replies.
    private func reply(_ frame: [UInt8]) {
        guard socket.backlog < Self.replyLimit else { return }
        traffic.sent += 1
        socket.send(frame)
    }

    /// A chunk without id is valid only while one request is under way.
    private var onlyRequest: String? { requests.count == 1 ? requests.keys.first : nil }

    private func pass(_ text: [UInt8], _ chunk: AgentChunk, to id: String?) async {
        guard let id, let stream = requests[id]?.stream else { return }
        for piece in chunk.pieces where piece.finishReason != nil {
            requests[id]?.finished.insert(piece.index)
        }
        await waitForRoom(id)
        guard stream.send(chunk: text) else {
            cancel(id)
            return finish(id) { $0.fail(code: "client_too_slow", "the client does not read its answer") }
        }
        if chunk.isFinished || chunk.endsByReason && hasEveryReason(id) { finish(id) { $0.end() } }
    }

    private func hasEveryReason(_ id: String) -> Bool {
        requests[id].map { $0.finished.count >= $0.choices } ?? false
    }

    /// A burst may be faster than the worker takes it.
    ///
    /// The agent waits for that a little, once, and not for a client that does not read: that would hold up
    /// everybody else's answers.
    private func waitForRoom(_ id: String) async {
        while let request = requests[id], request.stream.backlogBytes > DataStream.backlogLimit / 2,
            request.patience > .zero
        {
            let begin = Moment.now
            await loop.sleep(for: .milliseconds(1))
            requests[id]?.patience -= Moment.now - begin
        }
    }

    /// Late frames of a request that is over find nothing here.
    private func finish(_ id: String, _ end: (DataStream) -> Void) {
        guard let stream = requests.removeValue(forKey: id)?.stream else { return }
        released(number)
        end(stream)
    }

    private func refuse(_ stream: DataStream, _ code: String, _ message: String) {
        released(number)
        stream.fail(code: code, message)
    }

    private func heard(_ event: DataEvent, of id: String) {
        switch event {
        case .cancelled, .lost:
            guard requests.removeValue(forKey: id) != nil else { return }
            released(number)
            cancel(id)
        case .chunk, .end, .failed: break
        }
    }
}
