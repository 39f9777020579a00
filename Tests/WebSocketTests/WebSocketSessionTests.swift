import Testing
import WebSocket

/// Rows of events with what each must cause; heartbeat 10 s, close time-out 5 s, start at 0 s.
@Suite struct WebSocketSessionTests {
    struct Step: Sendable {
        let event: WebSocketSession.Event
        let actions: [WebSocketSession.Action]
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let role: Role
        let state: WebSocketSession.State
        let steps: [Step]

        init(_ name: String, _ role: Role = .server, ends state: WebSocketSession.State, _ steps: Step...) {
            (testDescription, self.role, self.state, self.steps) = (name, role, state, steps)
        }
    }

    static let messages = [
        Row(
            "messages go both ways",
            ends: .open,
            on(.received(.text([0x61]), at: s(1)), .deliverText([0x61])),
            on(.received(.binary([1]), at: s(1)), .deliverBinary([1])),
            on(.sendText([0x62], at: s(1)), .send(.text([0x62]))),
            on(.sendBinary([2], at: s(1)), .send(.binary([2]))),
        ),
        Row(
            "a ping is answered, a pong is not",
            ends: .open,
            on(.received(.ping([7, 8]), at: s(1)), .send(.pong([7, 8]))),
            on(.received(.pong([7]), at: s(1))),
        ),
        Row(
            "a fault is told and ends all",
            ends: .closed,
            on(.faulted(.masked), told(.masked), .finish(.failed(.masked)), .disconnect),
            on(.sendText([0x61], at: s(1))),
            on(.streamEnded),
        ),
        Row(
            "text that is not UTF-8 ends all",
            ends: .closed,
            on(.faulted(.textNotUTF8), told(.textNotUTF8), .finish(.failed(.textNotUTF8)), .disconnect),
        ),
        Row(
            "a stream that just ends is a loss",
            ends: .closed,
            on(.streamEnded, .finish(.lost), .disconnect)
        ),
    ]

    static let closedByPeer = [
        Row(
            "the peer closes a server",
            ends: .closed,
            on(peerCloses, .send(.close(.goingAway)), .finish(peerClosed), .disconnect),
            on(.streamEnded),
            on(.tick(now: s(100))),
            on(.faulted(.masked)),
        ),
        Row(
            "a close without code is answered without code",
            ends: .closed,
            on(
                .received(.close(code: nil, reason: ""), at: s(1)),
                .send(.close(nil)),
                .finish(.closedByPeer(code: nil, reason: "")),
                .disconnect,
            ),
        ),
        Row(
            "the peer closes a client, which waits for the end of the stream",
            .client,
            ends: .closed,
            on(peerCloses, .send(.close(.goingAway)), .finish(peerClosed)),
            on(.tick(now: s(5))),
            on(.sendText([], at: s(5))),
            on(.streamEnded, .disconnect),
            on(.streamEnded),
        ),
        Row(
            "a client does not wait for ever for the end of the stream",
            .client,
            ends: .closed,
            on(peerCloses, .send(.close(.goingAway)), .finish(peerClosed)),
            on(.tick(now: s(6)), .disconnect),
            on(.streamEnded),
        ),
    ]

    static let closedByUs = [
        Row(
            "a server closes: nothing is sent after it, nothing delivered",
            ends: .closed,
            on(weClose, .send(ourClose)),
            on(weClose),
            on(.sendText([0x61], at: s(2))),
            on(.received(.text([0x61]), at: s(2))),
            on(.received(.ping([]), at: s(2))),
            on(.receivedPart(at: s(3))),
            on(peerAnswers, .finish(.closedByUs(code: .application(1))), .disconnect),
        ),
        Row(
            "a client closes and leaves the end of the stream to the server",
            .client,
            ends: .leaving(since: s(3)),
            on(weClose, .send(ourClose)),
            on(peerAnswers, .finish(.closedByUs(code: .application(1)))),
        ),
        Row(
            "we close and nobody answers",
            ends: .closed,
            on(weClose, .send(ourClose)),
            on(.tick(now: s(6))),
            on(.tick(now: s(7)), .finish(.unanswered), .disconnect),
            on(peerAnswers),
        ),
        Row(
            "we close and the peer hangs up",
            ends: .closed,
            on(weClose, .send(ourClose)),
            on(.streamEnded, .finish(.unanswered), .disconnect),
        ),
        Row(
            "we close and the peer sends rubbish: no second close frame",
            ends: .closed,
            on(weClose, .send(ourClose)),
            on(.faulted(.reservedBits), .finish(.failed(.reservedBits)), .disconnect),
        ),
    ]

    static let keepAlive = [
        Row(
            "a quiet connection is pinged, then closed with 1001",
            ends: .closed,
            on(.tick(now: s(9))),
            on(.tick(now: s(10)), .send(.ping())),
            on(.tick(now: s(19))),
            on(.tick(now: s(20)), .send(silence), .finish(.silent), .disconnect),
        ),
        Row(
            "any byte received is a sign of life",
            ends: .open,
            on(.tick(now: s(10)), .send(.ping())),
            on(.receivedPart(at: s(19))),
            on(.tick(now: s(20)), .send(.ping())),
            on(.tick(now: s(29))),
            on(.tick(now: s(30)), .send(.ping())),
        ),
        Row(
            "a pong keeps the connection",
            ends: .open,
            on(.tick(now: s(10)), .send(.ping())),
            on(.received(.pong([]), at: s(11))),
            on(.tick(now: s(20)), .send(.ping())),
            on(.received(.pong([]), at: s(21))),
            on(.tick(now: s(30)), .send(.ping())),
        ),
        Row(
            "traffic both ways needs no ping",
            ends: .open,
            on(.sendText([], at: s(8)), .send(.text([]))),
            on(.received(.text([]), at: s(8)), .deliverText([])),
            on(.tick(now: s(10))),
            on(.tick(now: s(17))),
            on(.tick(now: s(18)), .send(.ping())),
        ),
        Row(
            "a peer that only listens is asked before it is dropped",
            ends: .closed,
            on(.sendText([], at: s(9)), .send(.text([]))),
            on(.tick(now: s(10)), .send(.ping())),
            on(.sendText([], at: s(19)), .send(.text([]))),
            on(.tick(now: s(20)), .send(silence), .finish(.silent), .disconnect),
        ),
        Row(
            "a peer that only talks is pinged, and dropped two intervals after its last word",
            ends: .closed,
            on(.received(.text([]), at: s(9)), .deliverText([])),
            on(.tick(now: s(10)), .send(.ping())),
            on(.tick(now: s(20)), .send(.ping())),
            on(.tick(now: s(28))),
            on(.tick(now: s(29)), .send(silence), .finish(.silent), .disconnect),
        ),
        Row(
            "a process that was stopped asks before it drops",
            ends: .open,
            on(.tick(now: s(1000)), .send(.ping())),
            on(.tick(now: s(1009))),
            on(.received(.pong([]), at: s(1009))),
            on(.tick(now: s(1010)), .send(.ping())),
        ),
    ]

    @Test(arguments: messages + closedByPeer + closedByUs + keepAlive)
    func `each event causes its actions`(row: Row) {
        var session = WebSocketSession(
            role: row.role,
            heartbeat: Self.s(10),
            closeTimeout: Self.s(5),
            now: .zero
        )
        for step in row.steps { #expect(session.handle(step.event) == step.actions, "\(step.event)") }
        #expect(session.state == row.state)
    }

    @Test func `the deadline is when a tick does something`() {
        var session = WebSocketSession(
            role: .server,
            heartbeat: Self.s(10),
            closeTimeout: Self.s(5),
            now: .zero
        )
        #expect(session.deadline == Self.s(10))
        _ = session.handle(.tick(now: Self.s(10)))
        #expect(session.deadline == Self.s(20))
        _ = session.handle(.receivedPart(at: Self.s(12)))
        #expect(session.deadline == Self.s(20))
        _ = session.handle(.close(code: .normal, reason: "", at: Self.s(13)))
        #expect(session.deadline == Self.s(18))
        _ = session.handle(.tick(now: Self.s(18)))
        #expect(session.deadline == nil)
    }

    @Test func `without a heartbeat nothing is due`() {
        var session = WebSocketSession(role: .server, heartbeat: nil, closeTimeout: Self.s(5), now: .zero)
        #expect(session.deadline == nil)
        #expect(session.handle(.tick(now: Self.s(1_000_000))).isEmpty)
        #expect(session.state == .open)
    }

    @Test(arguments: 0..<UInt64(16))
    func `any order of events finishes once and disconnects once, last`(seed: UInt64) {
        var dice = Dice(seed: seed)
        for role in [Role.server, .client] {
            var session = WebSocketSession(
                role: role,
                heartbeat: Self.s(10),
                closeTimeout: Self.s(5),
                now: .zero
            )
            var actions: [WebSocketSession.Action] = []
            for second in 0..<200 { actions += session.handle(Self.event(at: Self.s(second), &dice)) }
            actions += session.handle(.streamEnded)
            #expect(actions.filter { $0 == .disconnect }.count == 1)
            #expect(actions.last == .disconnect)
            let finishes = actions.filter { if case .finish = $0 { true } else { false } }
            let closes = actions.filter {
                if case .send(let frame) = $0 { frame.opcode == .close } else { false }
            }
            #expect(finishes.count == 1)
            #expect(closes.count <= 1)
        }
    }

    private static let silence = Frame.close(.goingAway, reason: "nothing received for two heartbeats")
    private static let ourClose = Frame.close(.application(1), reason: "replaced")
    private static let weClose = WebSocketSession.Event.close(
        code: .application(1),
        reason: "replaced",
        at: s(2)
    )
    private static let peerAnswers = WebSocketSession.Event.received(
        .close(code: .normal, reason: ""),
        at: s(3)
    )
    private static let peerCloses = WebSocketSession.Event.received(
        .close(code: .goingAway, reason: "bye"),
        at: s(1)
    )
    private static let peerClosed = WebSocketSession.Ending.closedByPeer(code: .goingAway, reason: "bye")

    private static func on(_ event: WebSocketSession.Event, _ actions: WebSocketSession.Action...) -> Step {
        Step(event: event, actions: actions)
    }

    private static func told(_ fault: WebSocketFault) -> WebSocketSession.Action {
        .send(.close(fault.closeCode, reason: fault.reason))
    }

    private static func s(_ seconds: Int) -> Duration { .seconds(seconds) }

    private static func event(at now: Duration, _ dice: inout Dice) -> WebSocketSession.Event {
        switch Int.random(in: 0..<60, using: &dice) {
        case 0: .close(code: .normal, reason: "", at: now)
        case 1: .received(.close(code: nil, reason: ""), at: now)
        case 2: .faulted(.masked)
        case 3..<10: .received(.ping([]), at: now)
        case 10..<20: .sendText([], at: now)
        case 20..<30: .receivedPart(at: now)
        case 30..<40: .received(.text([]), at: now)
        default: .tick(now: now)
        }
    }
}
