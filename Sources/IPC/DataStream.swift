import Events
package import JSON

/// What one side of a stream hears from the other.
package enum DataEvent: Sendable {
    case chunk(JSONValue)
    /// The peer has said everything; the answer if it is whole, else null.
    case end(JSONValue)
    case failed(code: String, message: String)
    /// The opener no longer wants an answer.
    case cancelled
    /// The link is gone; nothing is known of what the peer did.
    case lost
}

/// One request and its answer on a data link.
package final class DataStream {
    /// How many bytes of chunks may be under way, each direction: 256 KiB.
    package static let credit = 256 << 10
    /// The most one chunk frame carries: 64 KiB.
    package static let chunkLimit = 64 << 10
    /// How much may wait here for credit, before the stream is given up: 4 MiB.
    package static let backlogLimit = 4 << 20

    /// The code of a failure that says: nobody has seen the request, ask whoever comes next.
    package static let leaving = "bridge_leaving"

    package let id: Int
    package let kind: String
    /// What the peer opened it with; nil on the side that opened it, and once it was taken.
    package private(set) var opening: (head: JSONValue, body: JSONValue)?

    /// Called for what arrives, instead of ``next(atMost:)``.
    package var onEvent: ((DataEvent) -> Void)?

    private let link: DataLink
    private let events: Mailbox<(event: DataEvent, size: Int)>
    /// Nothing more is said on it by either side.
    package private(set) var isOver = false
    private var credit = DataStream.credit
    /// Frames that wait for credit.
    private var backlog: [[UInt8]] = []
    private var backlogHead = 0
    /// Bytes that wait for credit.
    package private(set) var backlogBytes = 0
    private var finalFrame: [UInt8]?
    private var parts: [UInt8] = []
    private var unreturned = 0

    init(id: Int, kind: String, opening: (JSONValue, JSONValue)?, link: DataLink, loop: EventLoop) {
        self.id = id
        self.kind = kind
        self.opening = opening
        self.link = link
        events = Mailbox(on: loop)
    }

    /// What arrives next; nil after `duration` of silence.
    package func next(atMost duration: Duration? = nil) async -> DataEvent? {
        guard let (event, size) = await events.next(atMost: duration) else { return nil }
        consumed(size)
        return event
    }

    /// Wakes whoever waits in ``next(atMost:)``, as if the peer had said so.
    package func interrupt(_ event: DataEvent) { events.post((event, 0)) }

    /// ``opening``, which is not kept: an answer may take long.
    package func takeOpening() -> (head: JSONValue, body: JSONValue)? {
        defer { opening = nil }
        return opening
    }

    /// Sends a piece of the answer.
    ///
    /// - Parameter chunk: checked JSON.
    /// - Returns: false when the peer is so slow that too much waits here; then end the stream.
    package func send(chunk: some Collection<UInt8>) -> Bool {
        guard !isOver, finalFrame == nil else { return true }
        guard backlogBytes + chunk.count <= Self.backlogLimit else { return false }
        if chunk.count <= Self.chunkLimit {
            queue(frame { $0.member("chunk", raw: chunk) })
        } else {
            for slice in slices(of: Array(chunk)) { queue(frame { $0.member("part", slice) }) }
            queue(frame { $0.member("part", "") })
        }
        return true
    }

    /// Ends this side with the whole answer, or with null behind chunks.
    package func end(_ answer: some Collection<UInt8>) {
        guard answer.count + DataLink.envelope <= Frame.dataLimit else {
            return fail(code: "internal_error", "the answer is too long for one frame")
        }
        finish(frame { $0.member("end", raw: answer) })
    }

    package func end() { end(Array("null".utf8)) }

    package func fail(code: String, _ message: String) {
        finish(
            frame {
                $0.member(
                    "error",
                    object: { error in
                        error.member("code", code)
                        error.member("message", message)
                    }
                )
            }
        )
    }

    /// The opener no longer wants the answer; nothing more is heard of it.
    package func cancel() {
        guard !isOver else { return }
        link.send(frame { $0.member("cancel", true) })
        close()
    }

    // MARK: For the link

    func receive(_ event: DataEvent) { deliver(event, size: 0) }

    func receive(_ chunk: JSONValue, size: Int) { deliver(.chunk(chunk), size: size) }

    /// Slices of one long chunk; an empty one is its end.
    ///
    /// Their credit is returned as they come, since nobody can use half a chunk.
    func receive(part text: String, size: Int) {
        guard !isOver else { return }
        consumed(size)
        guard text.isEmpty else { return keep(text) }
        let whole = parts
        parts = []
        if let document = try? JSONDocument(parsing: whole) {
            receive(.chunk(document.root))
        } else {
            giveUp("a chunk in parts is not JSON")
        }
    }

    func receive(credit bytes: Int) {
        credit = min(Self.credit, credit + min(max(0, bytes), Self.credit))
        flush()
    }

    private func keep(_ part: String) {
        parts += part.utf8
        if parts.count > Frame.dataLimit { giveUp("a chunk in parts is too long") }
    }

    /// The peer does what it must not: nothing more is taken from it, and nothing more sent to it.
    private func giveUp(_ reason: String) {
        link.send(frame { $0.member("cancel", true) })
        receive(.failed(code: "internal_error", message: reason))
    }

    private func deliver(_ event: DataEvent, size: Int) {
        guard !isOver else { return }
        let listener = onEvent
        switch event {
        case .chunk: break
        case .end, .failed, .cancelled, .lost: close()
        }
        guard let listener else { return events.post((event, size)) }
        consumed(size)
        listener(event)
    }

    // MARK: Credit

    private func consumed(_ bytes: Int) {
        unreturned += bytes
        guard unreturned >= Self.credit / 4, !isOver else { return }
        link.send(frame { $0.member("credit", unreturned) })
        unreturned = 0
    }

    private func queue(_ frame: [UInt8]) {
        if backlogHead == backlog.count, credit > 0 {
            credit -= frame.count
            link.send(frame)
        } else {
            backlog.append(frame)
            backlogBytes += frame.count
        }
    }

    private func flush() {
        while credit > 0, backlogHead < backlog.count {
            let next = backlog[backlogHead]
            backlog[backlogHead] = []
            backlogHead += 1
            credit -= next.count
            backlogBytes -= next.count
            link.send(next)
        }
        guard backlogHead == backlog.count else { return }
        backlog.removeAll(keepingCapacity: true)
        backlogHead = 0
        if let finalFrame {
            link.send(finalFrame)
            self.finalFrame = nil
            close()
        }
    }

    private func finish(_ frame: [UInt8]) {
        guard !isOver, finalFrame == nil else { return }
        finalFrame = frame
        flush()
    }

    private func close() {
        isOver = true
        backlog = []
        (backlogHead, backlogBytes) = (0, 0)
        finalFrame = nil
        onEvent = nil
        link.forget(id)
    }

    private func frame(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        JSONWriter.object {
            $0.member("id", id)
            body(&$0)
        }
    }

    /// Pieces of JSON text as strings, cut between characters.
    private func slices(of text: [UInt8]) -> [String] {
        var slices: [String] = []
        var start = 0
        while start < text.count {
            var end = min(start + Self.chunkLimit / 2, text.count)
            while end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
            slices.append(String(decoding: text[start..<end], as: UTF8.self))
            start = end
        }
        return slices
    }
}
