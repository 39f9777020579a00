package import Events
import Posix
package import WebSocket

/// A WebSocket after its handshake: text in, text out, kept alive and closed as the protocol wants.
package final class WebSocketConnection {
    /// How long the peer may take over the end.
    private static let patience = Duration.seconds(2)
    /// Pongs are not queued behind more bytes than this.
    private static let pongLimit = 1 << 20

    private let stream: ByteStream
    private let input: InputBuffer
    private let queue: WriteQueue
    private let loop: EventLoop
    private let writer: MessageWriter
    private var reader: MessageReader
    private var session: WebSocketSession
    private var timer: TimerQueue.Token?
    private var delivered: [[UInt8]] = []
    private var isLeaving = false

    /// How it ended; nil while it lasts.
    package private(set) var ending: WebSocketSession.Ending?

    /// `input`: what came behind the handshake.
    ///
    /// `messageLimit`: bytes of one message; a longer one closes with 1009.
    ///
    /// `heartbeat`: pings after so long a silence, and gives up after two.
    package init(
        _ stream: ByteStream,
        _ input: InputBuffer,
        role: WebSocket.Role,
        messageLimit: Int,
        heartbeat: Duration?,
        on loop: EventLoop,
    ) {
        self.stream = stream
        self.input = input
        self.loop = loop
        queue = WriteQueue(stream, on: loop)
        reader = MessageReader(role: role, messageLimit: messageLimit)
        writer = role == .server ? .server() : .client(maskSource: Self.randomMask)
        session = WebSocketSession(
            role: role,
            heartbeat: heartbeat,
            closeTimeout: .seconds(2),
            now: Self.clock
        )
        arm()
    }

    /// Bytes that wait to go out.
    package var backlog: Int { queue.count }

    package var isOpen: Bool { ending == nil && session.state == .open }

    /// The address of the other end, for the log.
    package var peer: String { Socket.peerAddress(stream.number).map(\.description) ?? "unknown" }

    /// Queues a message of text, which must be UTF-8.
    package func send(_ text: [UInt8]) { perform(session.handle(.sendText(text, at: Self.clock))) }

    /// Begins the closing handshake; ``receive()`` ends when it is over.
    package func close(_ code: CloseCode, _ reason: String) {
        perform(session.handle(.close(code: code, reason: reason, at: Self.clock)))
    }

    /// The next message of text; nil when the connection is over.
    ///
    /// Binary messages close it with 1003.
    package func receive() async -> [UInt8]? {
        while true {
            if !delivered.isEmpty { return delivered.removeFirst() }
            if isLeaving { return await finish() }
            readBuffered()
            if !delivered.isEmpty || isLeaving { continue }
            do throws(StreamError) {
                if !stream.registration.mayRead { input.release() }
                try await stream.registration.readable()
                if try stream.readNow(into: input) == 0 { perform(session.handle(.streamEnded)) }
            } catch {
                perform(session.handle(.streamEnded))
            }
        }
    }

    private func finish() async -> [UInt8]? {
        if let timer { loop.cancel(timer) }
        timer = nil
        guard stream.isOpen else { return nil }
        stream.setDeadline(after: Self.patience)
        await queue.flushed(within: Self.patience)
        stream.finishWriting()
        while let count = try? await stream.read(into: input), count > 0 { input.consume(input.count) }
        stream.close()
        queue.close()
        return nil
    }

    private func readBuffered() {
        while !input.isEmpty, delivered.isEmpty, !isLeaving {
            var position = 0
            do throws(WebSocketFault) {
                let event = try reader.next(input.unread, position: &position)
                input.consume(position)
                guard let event else { return perform(session.handle(.receivedPart(at: Self.clock))) }
                perform(session.handle(.received(event, at: Self.clock)))
            } catch {
                input.consume(input.count)
                perform(session.handle(.faulted(error)))
            }
        }
    }

    private func perform(_ actions: [WebSocketSession.Action]) {
        for action in actions {
            switch action {
            case .send(let frame):
                // A peer that pings and does not read gets no more pongs; one for its last ping is enough (§5.5.3).
                if frame.opcode == .pong, queue.count > Self.pongLimit { continue }
                var bytes: [UInt8] = []
                writer.append(frame, to: &bytes)
                queue.append(bytes)
            case .deliverText(let text): delivered.append(text)
            case .deliverBinary: close(.unsupportedData, "binary messages are not spoken here")
            case .finish(let ending): self.ending = ending
            case .disconnect: leave()
            }
        }
        if session.state != .open { rearm() }
    }

    private func leave() {
        isLeaving = true
        stream.registration.wakeReader()
    }

    // MARK: Time

    private func arm() {
        guard timer == nil, !isLeaving, let deadline = session.deadline else { return }
        timer = loop.schedule(after: deadline - Self.clock) { [weak self] in self?.tick() }
    }

    private func rearm() {
        if let timer { loop.cancel(timer) }
        timer = nil
        arm()
    }

    private func tick() {
        timer = nil
        perform(session.handle(.tick(now: Self.clock)))
        arm()
    }

    private static var clock: Duration { .nanoseconds(Moment.now.nanoseconds) }

    private static func randomMask() -> UInt32 { .random(in: 0 ... .max) }
}
