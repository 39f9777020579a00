/// The life of one connection after its handshake: messages, pongs, keep-alive and the closing handshake
/// (RFC 6455 §5.5, §7).
///
/// A machine without a clock: every `Duration` is the time since one fixed moment, such as the start of the
/// computer.
package struct WebSocketSession {
    /// What happens to the connection.
    package enum Event: Equatable, Sendable {
        /// We want to send text, which must be UTF-8.
        case sendText([UInt8], at: Duration)
        /// We want to send bytes.
        case sendBinary([UInt8], at: Duration)
        /// We want to close (RFC 6455 §7.1.2).
        case close(code: CloseCode?, reason: String, at: Duration)
        /// The reader gave an event.
        case received(MessageReader.Event, at: Duration)
        /// Bytes came that completed nothing; a long message is a sign of life before its end.
        case receivedPart(at: Duration)
        /// The reader refused what came.
        case faulted(WebSocketFault)
        /// The byte stream ended or broke.
        case streamEnded
        /// Time went by; due at `deadline`, harmless at any other time.
        case tick(now: Duration)
    }

    /// What the owner of the connection does, in this order.
    package enum Action: Equatable, Sendable {
        /// Write this frame.
        case send(Frame)
        /// Give this text to the application.
        case deliverText([UInt8])
        /// Give these bytes to the application.
        case deliverBinary([UInt8])
        /// Tell the application that nothing more comes; exactly once.
        case finish(Ending)
        /// End the byte stream once all that was written is out (RFC 6455 §7.1.1); exactly once, always last.
        case disconnect
    }

    /// How the connection ended, as the application is told.
    package enum Ending: Equatable, Sendable {
        /// The peer closed; a nil code means that it gave none (RFC 6455 §7.1.5, "1005").
        case closedByPeer(code: CloseCode?, reason: String)
        /// We closed and the peer answered.
        case closedByUs(code: CloseCode?)
        /// We closed and the peer did not answer in time, or hung up.
        case unanswered
        /// The stream ended without a Close frame (RFC 6455 §7.1.5, "1006").
        case lost
        /// Nothing was received for two heartbeat intervals; the peer was told 1001.
        case silent
        /// The peer broke the protocol; it was told the fault's code (RFC 6455 §7.1.7).
        case failed(WebSocketFault)

        /// For the log.
        package var summary: String {
            switch self {
            case .closedByPeer(let code, let reason):
                "closed by the peer\(Self.text(code))\(reason.isEmpty ? "" : ": \(reason)")"
            case .closedByUs(let code): "closed by us\(Self.text(code))"
            case .unanswered: "closed by us, unanswered"
            case .lost: "connection lost"
            case .silent: "silent for two heartbeats"
            case .failed(let fault): "refused: \(fault.reason)"
            }
        }

        private static func text(_ code: CloseCode?) -> String { code.map { " with \($0.rawValue)" } ?? "" }
    }

    /// Where the closing handshake stands (RFC 6455 §7.1).
    package enum State: Equatable, Sendable {
        /// Messages go both ways.
        case open
        /// Our Close frame is sent, the peer's is awaited.
        case closing(since: Duration, code: CloseCode?)
        /// Both Close frames are sent; as a client we let the server end the stream first (RFC 6455 §7.1.1).
        case leaving(since: Duration)
        /// Nothing happens any more.
        case closed
    }

    /// Where the closing handshake stands.
    package private(set) var state = State.open
    private let role: Role
    private let closeTimeout: Duration
    private var keepAlive: KeepAlive?

    /// A connection whose handshake has just succeeded.
    ///
    /// - Parameters:
    ///   - role: Which end we are.
    ///   - heartbeat: The interval of the keep-alive; nil: none, and a silent peer is never noticed.
    ///   - closeTimeout: How long a peer may take to answer our Close, and a server to end the stream.
    ///   - now: The present moment.
    package init(role: Role, heartbeat: Duration?, closeTimeout: Duration, now: Duration) {
        self.role = role
        self.closeTimeout = closeTimeout
        keepAlive = heartbeat.map { KeepAlive(interval: $0, now: now) }
    }

    /// When the next tick is due; nil while there is nothing to wait for.
    package var deadline: Duration? {
        switch state {
        case .open: keepAlive?.deadline
        case .closing(let since, _), .leaving(let since): since + closeTimeout
        case .closed: nil
        }
    }

    /// What is to be done about `event`.
    ///
    /// After our Close frame nothing is sent (RFC 6455 §5.5.1) and what still comes is dropped: messages to
    /// be sent then give no action.
    package mutating func handle(_ event: Event) -> [Action] {
        switch (state, event) {
        case (.open, .sendText(let text, let now)): return send(.text(text), now)
        case (.open, .sendBinary(let bytes, let now)): return send(.binary(bytes), now)
        case (.open, .close(let code, let reason, let now)):
            state = .closing(since: now, code: code)
            return [.send(.close(code, reason: reason))]
        case (.open, .received(let message, let now)): return receive(message, now)
        case (.open, .receivedPart(let now)):
            keepAlive?.noteReceived(now)
            return []
        case (.open, .faulted(let fault)):
            return [.send(.close(fault.closeCode, reason: fault.reason))] + end(.failed(fault))
        case (.open, .streamEnded): return end(.lost)
        case (.open, .tick(let now)): return beat(now)
        case (.closing(_, let code), .received(.close, let now)): return leave(.closedByUs(code: code), now)
        case (.closing, .faulted(let fault)): return end(.failed(fault))
        case (.closing, .streamEnded): return end(.unanswered)
        case (.closing(let since, _), .tick(let now)):
            return now < since + closeTimeout ? [] : end(.unanswered)
        case (.leaving, .streamEnded), (.leaving, .faulted): return disconnect()
        case (.leaving(let since), .tick(let now)): return now < since + closeTimeout ? [] : disconnect()
        case (.closing, _), (.leaving, _), (.closed, _): return []
        }
    }

    private mutating func send(_ frame: Frame, _ now: Duration) -> [Action] {
        keepAlive?.noteSent(now)
        return [.send(frame)]
    }

    private mutating func receive(_ message: MessageReader.Event, _ now: Duration) -> [Action] {
        keepAlive?.noteReceived(now)
        switch message {
        case .text(let text): return [.deliverText(text)]
        case .binary(let bytes): return [.deliverBinary(bytes)]
        case .ping(let payload): return send(.pong(payload), now)
        case .pong: return []
        case .close(let code, let reason):
            // The echo has the code alone: the reason is the peer's own words (§5.5.1).
            return [.send(.close(code))] + leave(.closedByPeer(code: code, reason: reason), now)
        }
    }

    private mutating func beat(_ now: Duration) -> [Action] {
        switch keepAlive?.verdict(now) {
        case .wait, nil:
            return []
        case .ping:
            keepAlive?.notePing(now)
            return [.send(.ping())]
        case .silent:
            return [.send(.close(.goingAway, reason: "nothing received for two heartbeats"))] + end(.silent)
        }
    }

    /// Both Close frames are out: a server ends the stream, a client waits for it.
    private mutating func leave(_ ending: Ending, _ now: Duration) -> [Action] {
        switch role {
        case .server:
            return end(ending)
        case .client:
            state = .leaving(since: now)
            return [.finish(ending)]
        }
    }

    private mutating func end(_ ending: Ending) -> [Action] { [.finish(ending)] + disconnect() }

    private mutating func disconnect() -> [Action] {
        state = .closed
        return [.disconnect]
    }
}
