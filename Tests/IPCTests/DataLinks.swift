import Events
import IPC
import JSON
import LoopTesting
import Posix
import Testing

/// Two ends of a data link, both running.
final class DataLinks {
    let near: DataLink
    let far: DataLink
    /// What the far end was asked to open.
    let opened: Mailbox<DataStream>
    /// How a run ended: nil for a plain end.
    let ended: Mailbox<String?>

    init(_ role: isolated TestRole) throws {
        let (left, right) = try Socket.pair()
        let near = try DataLink(Descriptor(owning: left), side: .dialled, on: role.loop)
        let far = try DataLink(Descriptor(owning: right), side: .accepted, on: role.loop)
        let opened = Mailbox<DataStream>(on: role.loop)
        let ended = Mailbox<String?>(on: role.loop)
        far.onOpen = { opened.post($0) }
        for link in [near, far] {
            role.start { ended.post(await link.run().map { "\($0)" }) }
        }
        (self.near, self.far, self.opened, self.ended) = (near, far, opened, ended)
    }

    /// A stream from the near end to the far one, both sides of it.
    func open(_ body: String = "{}") async throws -> (opener: DataStream, answerer: DataStream) {
        let opener = try #require(near.open(kind: "model", head: Array("{}".utf8), body: Array(body.utf8)))
        let answerer = try #require(await opened.next(atMost: .seconds(5)))
        return (opener, answerer)
    }
}

/// An end of a data link, and bytes at the other.
func linkAndPeer(_ side: DataLink.Side, on loop: EventLoop) throws -> (DataLink, ByteStream) {
    let (left, right) = try Socket.pair()
    return (
        try DataLink(Descriptor(owning: left), side: side, on: loop),
        try ByteStream(Descriptor(owning: right), .unixData, on: loop)
    )
}

/// An event in a few words, for comparison.
func words(_ event: DataEvent?) -> String {
    switch event {
    case .chunk(let value)?: "chunk \(String(decoding: value.raw, as: UTF8.self))"
    case .end(let value)?: "end \(String(decoding: value.raw, as: UTF8.self))"
    case .failed(let code, let message)?: "failed \(code): \(message)"
    case .cancelled?: "cancelled"
    case .lost?: "lost"
    case nil: "silence"
    }
}

extension DataStream {
    /// The next event, or silence after five seconds without one.
    func nextWords(atMost limit: Duration = .seconds(5)) async -> String { words(await next(atMost: limit)) }

    /// All events up to the last one, or to silence.
    func allWords(atMost limit: Duration = .seconds(5)) async -> [String] {
        var all: [String] = []
        while true {
            let event = await next(atMost: limit)
            all.append(words(event))
            if case .chunk? = event { continue }
            return all
        }
    }

    func send(_ text: String) -> Bool { send(chunk: Array(text.utf8)) }
}

extension InputBuffer {
    /// Everything unread, taken.
    func takeAll() -> [UInt8] {
        defer { consume(count) }
        return Array(unread)
    }
}
