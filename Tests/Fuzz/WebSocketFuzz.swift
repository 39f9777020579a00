import WebSocket

let seeds: [[UInt8]] = [
    [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58],
    [0x81, 0x05] + Array("Hello".utf8) + [0x82, 0x02, 0x00, 0xFF],
    [0x01, 0x01, 0xE2, 0x89, 0x00, 0x00, 0x01, 0x82, 0x80, 0x01, 0xAC],
    [0x01, 0x81, 0, 0, 0, 0, 0x48, 0x89, 0x81, 1, 2, 3, 4, 0, 0x80, 0x81, 0, 0, 0, 0, 0x65],
    [0x82, 0x7E, 0x00, 0x7E] + [UInt8](repeating: 7, count: 126) + [0x8A, 0x00],
    [0x82, 0xFE, 0x00, 0x7E, 1, 2, 3, 4] + [UInt8](repeating: 7, count: 126) + [0x8A, 0x80, 1, 2, 3, 4],
    [0x81, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0],
    [0x88, 0x05, 0x03, 0xE9, 0x62, 0x79, 0x65],
    [0x88, 0x82, 0, 0, 0, 0, 0x0F, 0xA1],
    Array("websocket\nkeep-alive, Upgrade\n13\ndGhlIHNhbXBsZSBub25jZQ==\n\n".utf8),
]

/// Frames to either end, whole and in pieces, and what a session makes of them; and the fields of a handshake.
@c
public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FuzzInput(data, count)
    for role in [Role.server, .client] {
        let readings = input.divisions.map { WebSocketReading(input, $0, role) }
        for reading in readings.dropFirst() {
            expect(reading == readings[0], "in pieces: \(reading)\nwhole: \(readings[0])")
        }
        if input.hash & 1 == 0 {
            readings[0].expectSessionToEndOnce(role)
        } else {
            readings[0].expectRoundTrip(role, key: UInt32(truncatingIfNeeded: input.hash))
        }
    }
    shakeHands(input.bytes)
    return 0
}

/// What a reader made of one connection.
private struct WebSocketReading: Equatable {
    static let limit = 300

    var events: [MessageReader.Event] = []
    var fault: WebSocketFault?

    init(_ input: FuzzInput, _ ends: [Int], _ role: Role) {
        var reader = MessageReader(role: role, messageLimit: Self.limit)
        _ = input.feed(ends) { bytes in
            var position = 0
            do throws(WebSocketFault) {
                while let event = try reader.next(bytes, position: &position) { events.append(event) }
                expect(position == bytes.count, "bytes were left")
            } catch {
                fault = error
            }
            return (position, fault == nil)
        }
        for event in events { Self.check(event) }
    }

    private static func check(_ event: MessageReader.Event) {
        switch event {
        case .text(let text):
            expect(text.count <= limit && String(validating: text, as: UTF8.self) != nil, "text")
        case .binary(let bytes): expect(bytes.count <= limit, "binary")
        case .ping(let bytes), .pong(let bytes): expect(bytes.count <= 125, "control")
        case .close(let code, let reason):
            expect(reason.utf8.count <= 123 && (code != nil || reason.isEmpty), "close")
        }
    }

    /// Whatever comes, the application is told of the end once, and nothing is done behind the last action.
    func expectSessionToEndOnce(_ role: Role) {
        var session = WebSocketSession(
            role: role,
            heartbeat: .seconds(1),
            closeTimeout: .seconds(1),
            now: .zero
        )
        var actions = events.enumerated().flatMap { index, event in
            session.handle(.received(event, at: .milliseconds(index)))
                + session.handle(.tick(now: .milliseconds(index * 300)))
        }
        if let fault { actions += session.handle(.faulted(fault)) }
        actions += session.handle(.streamEnded)
        let endings = actions.filter { if case .finish = $0 { true } else { false } }
        expect(endings.count == 1, "\(actions)")
        expect(actions.firstIndex(of: .disconnect) == actions.count - 1, "\(actions)")
        expect(session.state == .closed && session.deadline == nil, "\(session.state)")
    }

    /// What was read can be written, and read again.
    func expectRoundTrip(_ role: Role, key: UInt32) {
        let writer =
            role == .server ? MessageWriter.client(fragmentBytes: 100) { key } : .server(fragmentBytes: 100)
        var output: [UInt8] = []
        for event in events { writer.append(Self.frame(event), to: &output) }
        var reader = MessageReader(role: role, messageLimit: Self.limit)
        var again: [MessageReader.Event] = []
        output.withUnsafeBytes { bytes in
            var position = 0
            while let event = try? reader.next(bytes, position: &position) { again.append(event) }
        }
        expect(again == events, "\(events)\nbecame \(again)")
    }

    private static func frame(_ event: MessageReader.Event) -> Frame {
        switch event {
        case .text(let text): .text(text)
        case .binary(let bytes): .binary(bytes)
        case .ping(let payload): .ping(payload)
        case .pong(let payload): .pong(payload)
        case .close(let code, let reason): .close(code, reason: reason)
        }
    }
}

/// Takes each line for the value of a field; an accepted key is accepted by the other end too.
private func shakeHands(_ bytes: [UInt8]) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 5, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }[...]
    func sum(_ bytes: [UInt8]) -> [UInt8] { Array(bytes.prefix(20)) }
    var fields = Handshake.Fields()
    fields.upgrade = lines.popFirst()
    fields.connection = lines.popFirst()
    fields.version = lines.popFirst()
    fields.key = lines.popFirst()
    guard let key = fields.key, let accept = try? Handshake.check(request: fields, sha1: sum) else { return }
    fields.accept = accept
    do throws(HandshakeFault) {
        try Handshake.check(answer: fields, key: key, sha1: sum)
    } catch {
        fatalError("\(error)")
    }
}
