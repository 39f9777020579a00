import Events
import Gateway
import JSON
import Posix

/// One request: the command that answers it, and the frames that tell its answer.
final class Invocation {
    /// The most bytes of an answer that is sent whole.
    private static let wholeLimit = 8 << 20
    /// Bytes that may wait for the server before the command's output is left unread.
    private static let backlogLimit = 1 << 20

    let id: String
    private let model: String
    private let request: JSONDocument
    private let options: AgentOptions
    let session: AgentSession
    private let loop: EventLoop
    private let start: (@escaping () async -> Void) -> Void
    private let streams: Bool

    private var process: CommandProcess?
    private var text = OutputText()
    private var whole: [UInt8] = []
    private var lastError = LastLine()
    /// From now on nothing is sent: the answer has ended, or nobody wants it.
    private var isOver = false

    init(
        id: String,
        model: String,
        request: JSONDocument,
        options: AgentOptions,
        session: AgentSession,
        on loop: EventLoop,
        start: @escaping (@escaping () async -> Void) -> Void,
    ) {
        self.id = id
        self.model = model
        self.request = request
        self.options = options
        self.session = session
        self.loop = loop
        self.start = start
        streams = request.root["stream"]?.bool ?? false
    }

    /// Runs the command and sends its answer; returns when the command has ended.
    func run() async {
        guard !isOver, let input = input(), let process = launch() else { return }
        self.process = process
        let timer = startTimer()
        start { await process.feed(input) }
        start { await process.readErrors { self.note(errors: $0) } }
        await process.readOutput { await self.take($0) }
        let exit = await process.ended()
        if let timer { loop.cancel(timer) }
        finish(exit)
        self.process = nil
    }

    /// Ends the command; nothing more is sent.
    func cancel() {
        isOver = true
        process?.terminate(start)
    }

    /// Ends the command, and tells why there is no answer or no more of it.
    func fail(_ failure: AgentFailure) {
        guard !isOver else { return }
        session.send(AgentFrameWriter.error(id: id, code: failure.code, message: failure.description))
        cancel()
    }

    // MARK: Parts

    private func input() -> [UInt8]? {
        let bytes = ConversationInput.bytes(of: request, as: options.input)
        if bytes == nil { fail(.noUserMessage) }
        return bytes
    }

    private func launch() -> CommandProcess? {
        let environment = CommandEnvironment.make(
            model: model,
            requestID: id,
            extra: options.environment,
            value: ProcessInformation.environment
        )
        do throws(Errno) {
            return try CommandProcess(options.command, environment: environment, on: loop)
        } catch {
            fail(.notStarted("\(error)"))
            return nil
        }
    }

    private func startTimer() -> TimerQueue.Token? {
        options.timeout.map { limit in
            loop.schedule(after: limit.duration) { [weak self] in self?.fail(.timedOut(limit.text)) }
        }
    }

    private func note(errors bytes: [UInt8]) {
        lastError.take(bytes)
        if !options.isQuiet { Terminal.copyToErrors(bytes) }
    }

    /// An answer that nobody wants any more is read on, so that the command does not hang in a write while it ends.
    private func take(_ bytes: [UInt8]) async {
        for piece in isOver ? [] : text.take(bytes) { add(piece) }
        while session.backlog > Self.backlogLimit, !isOver { await loop.sleep(for: .milliseconds(10)) }
    }

    private func add(_ piece: String) {
        if streams { return send(AgentFrameWriter.chunk(id: id, text: piece)) }
        whole += piece.utf8
        if whole.count > Self.wholeLimit { fail(.tooLong(limit: Self.wholeLimit)) }
    }

    private func finish(_ exit: ProcessExit) {
        guard !isOver else { return }
        guard exit == .code(0) else {
            let command = options.command[0]
            return fail(.commandFailed(command: command, exit: exit, lastLine: lastError.text))
        }
        for piece in text.finish() { add(piece) }
        if streams {
            send(AgentFrameWriter.chunk(id: id, text: "", finishReason: "stop"))
        } else {
            send(AgentFrameWriter.result(id: id, text: String(decoding: whole, as: UTF8.self)))
        }
        isOver = true
    }

    private func send(_ frame: [UInt8]) {
        guard !isOver else { return }
        if let limit = session.messageLimit, frame.count > limit { return fail(.tooLong(limit: limit)) }
        session.send(frame)
    }
}
