import Config
import Events
import Gateway
import HTTP
import JSON
import Posix

/// The far end of a connection to what is replayed: takes one request, and says what was said.
final class Player {
    private static let limits = HTTPLimits(headBytes: 128 << 10, bodyBytes: nil, fieldCount: 1000)

    private let stream: ByteStream
    private let fault: ReplayFault
    private let replay: Replay
    /// Whoever asked has left.
    private let left: Signal

    init(_ stream: ByteStream, _ fault: ReplayFault, for replay: Replay) {
        self.stream = stream
        self.fault = fault
        self.replay = replay
        left = Signal(on: replay.loop)
    }

    /// Plays to the end, or until whoever asked has left.
    func run() async {
        defer { stream.close() }
        guard let question = await question() else { return }
        stream.registration.onPeerClosed = { [unowned self] in left.raise() }
        if stream.registration.peerClosed { left.raise() }
        if case .status(let status) = fault {
            let type = status < 500 ? "invalid_request_error" : "server_error"
            return await refuse(
                status,
                type,
                "status \(status), as the configuration wants it",
                "replayed_fault"
            )
        }
        let choice = await replay.choose(question)
        switch choice {
        case .recording(let recording): await play(recording)
        case .mustNotAsk:
            replay.giveBack(fault)
            let reason = "stream_options: there are only recordings that were not asked for their usage"
            await refuse(400, "invalid_request_error", reason, "stream_options")
        case .nothing:
            let what = question.streams ? "a stream" : "an answer that is no stream"
            let reason = "there is no recording of \(what) at \(question.kind?.path ?? "that path")"
            let name = "'\(replay.provider.name)' replays \(replay.count) recordings"
            await refuse(404, "invalid_request_error", "\(reason); \(name)", "recording_not_found")
        }
    }

    // MARK: The request

    /// What is asked; nil: whoever asked has left.
    private func question() async -> RecordingShelf.Question? {
        let input = stream.makeInput()
        var parser = RequestParser(limits: Self.limits)
        var head: RequestHead?
        var body: [UInt8] = []
        while let count = try? await stream.read(into: input), count > 0 {
            var position = 0
            let bytes = input.unread
            while let event = try? parser.next(bytes, position: &position) {
                switch event {
                case .head(let parsed): head = parsed
                case .body(let range): body.append(contentsOf: bytes[range])
                case .end:
                    let asks = head?.fields.contains(Replay.asksForUsage) ?? false
                    return RecordingShelf.Question(target: head?.target ?? "", body: body, asksForUsage: asks)
                }
            }
            input.consume(position)
        }
        return nil
    }

    // MARK: The answer

    private func play(_ recording: Recording) async {
        var begin = Moment.now
        var limit = Int.max
        switch fault {
        case .nothing, .refusal, .status: break
        case .cut(let count), .stall(let count): limit = count
        case .delay(let duration): begin = begin + duration
        }
        guard await send(recording, upTo: limit, from: begin) else { return }
        guard limit >= recording.answer.count else {
            if case .stall = fault { await beSilent() }
            return
        }
        switch recording.end {
        case .complete, .cut: _ = await pause(until: begin + recording.ending.delay(at: speed))
        case .cancelled: if !recording.isDone { await beSilent() }
        }
    }

    private var speed: Double { replay.provider.speed }

    /// Says every piece at its time; false: whoever asked has left.
    private func send(_ recording: Recording, upTo limit: Int, from begin: Moment) async -> Bool {
        let end = min(limit, recording.answer.count)
        var sent = 0
        for piece in Self.pieces(recording, at: speed) where sent < end {
            guard await pause(until: begin + piece.delay(at: speed)) else { return false }
            let part = Array(recording.answer[sent..<min(piece.end, end)])
            guard (try? await stream.write(part)) != nil else { return false }
            sent += part.count
        }
        return true
    }

    /// In one piece, if all of it is due at once.
    private static func pieces(_ recording: Recording, at speed: Double) -> [Recording.Piece] {
        speed > 0 ? recording.pieces : [.init(microseconds: 0, end: recording.answer.count)]
    }

    /// Says nothing until whoever asked leaves.
    private func beSilent() async { _ = await left.wait() }

    /// False: whoever asked has left.
    private func pause(until moment: Moment) async -> Bool {
        let rest = moment - .now
        guard rest > .zero else { return stream.isOpen }
        return !(await left.wait(atMost: rest))
    }

    /// Says that there is no answer, in OpenAI's words.
    private func refuse(_ status: Int, _ type: String, _ message: String, _ code: String) async {
        let body = JSONWriter.object {
            $0.member(
                "error",
                object: {
                    $0.member("message", message)
                    $0.member("type", type)
                    $0.memberNull("param")
                    $0.member("code", code)
                }
            )
        }
        var bytes: [UInt8] = []
        let head = ResponseHead(status: status, fields: ["content-type": "application/json"])
        try? head.serialize(into: &bytes, framing: .length(body.count), keepsAlive: false)
        _ = try? await stream.write(bytes + body)
    }
}
