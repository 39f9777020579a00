import Events
import IPC
import LoopTesting
import Posix
import Testing

@Suite struct DataEndingTests {
    enum Ending: CaseIterable, Sendable {
        case end
        case whole
        case failed
        case lost

        var words: String {
            switch self {
            case .end: "end null"
            case .whole: "end {\"a\":1}"
            case .failed: "failed c: m"
            case .lost: "lost"
            }
        }
    }

    @Test(arguments: Ending.allCases, [false, true])
    func `an ending is told exactly once, and nothing after it`(ending: Ending, isCalled: Bool) throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, answerer) = try await links.open()
            let heard = Mailbox<String>(on: role.loop)
            if isCalled { opener.onEvent = { heard.post(words($0)) } }
            _ = answerer.send("1")
            finish(answerer, links.far, ending)
            finish(answerer, links.far, .end)
            _ = answerer.send("2")
            if !isCalled { role.start { while let event = await opener.next() { heard.post(words(event)) } } }

            #expect(await heard.next(atMost: .seconds(5)) == "chunk 1")
            #expect(await heard.next(atMost: .seconds(5)) == ending.words)
            links.near.close()
            #expect(await heard.next(atMost: .milliseconds(50)) == nil)
            #expect(links.near.openStreams == 0)
        }
    }

    @Test func `cancel is told to the answerer once, and nothing more is heard`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, answerer) = try await links.open()
            opener.cancel()
            opener.cancel()
            _ = answerer.send("1")

            #expect(await answerer.nextWords() == "cancelled")
            answerer.end()
            #expect(await answerer.nextWords(atMost: .milliseconds(50)) == "silence")
            #expect(await opener.nextWords(atMost: .milliseconds(50)) == "silence")
            #expect(links.near.openStreams == 0)
            #expect(links.far.openStreams == 0)
        }
    }

    @Test func `cancel frees what waits for credit`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, answerer) = try await links.open()
            while answerer.send("\"\(String(repeating: "x", count: 10_000))\"") {}
            answerer.end()
            opener.cancel()

            #expect(await answerer.nextWords() == "cancelled")
            #expect(links.far.openStreams == 0)
        }
    }

    @Test func `when the link closes every stream of both ends is lost`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            var streams: [DataStream] = []
            for _ in 0..<50 {
                let (opener, answerer) = try await links.open()
                streams += [opener, answerer]
            }
            links.far.close()

            for stream in streams { #expect(await stream.nextWords() == "lost") }
            #expect(await links.ended.next(atMost: .seconds(5)) != nil)
            #expect(await links.ended.next(atMost: .seconds(5)) != nil)
        }
    }

    @Test func `a stream may be opened while others are told that they are lost`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, _) = try await links.open()
            let heard = Mailbox<Bool>(on: role.loop)
            let near = links.near
            opener.onEvent = { _ in
                heard.post(near.open(kind: "model", head: [0x7b, 0x7d], body: [0x37]) == nil)
            }
            near.close()

            #expect(await heard.next(atMost: .seconds(1)) == true)
        }
    }

    @Test func `who waits can be woken as if the peer had spoken`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, _) = try await links.open()
            role.start { opener.interrupt(.cancelled) }

            #expect(await opener.nextWords() == "cancelled")
        }
    }

    @Test(arguments: [false, true])
    func `a stream that is over lets go of who listened to it`(isCancelled: Bool) throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, answerer) = try await links.open()
            let heard = Mailbox<String>(on: role.loop)
            weak let listener = listen(to: opener, heard)
            #expect(listener != nil)
            if isCancelled {
                opener.cancel()
            } else {
                answerer.end()
                #expect(await heard.next(atMost: .seconds(5)) == "end null")
                await role.loop.sleep(for: .milliseconds(1))
            }

            #expect(listener == nil)
        }
    }

    @Test func `credit beyond all bounds does no harm`() async {
        await #expect(processExitsWith: .success) {
            try onLoop { role in
                let (link, peer) = try linkAndPeer(.dialled, on: role.loop)
                let stream = try #require(link.open(kind: "m", head: [0x7b, 0x7d], body: [0x37]))
                for _ in 0..<3 { try await peer.write(frame("{\"id\":1,\"credit\":\(Int.max)}")) }
                try await peer.write(frame("{\"id\":1,\"end\":null}"))
                role.start { await link.run() }
                let ending = await stream.nextWords()
                precondition(ending == "end null")
            }
        }
    }

    @Test func `parts without end are given up`() throws {
        try onLoop { role in
            let (link, peer) = try linkAndPeer(.dialled, on: role.loop)
            let stream = try #require(link.open(kind: "m", head: [0x7b, 0x7d], body: [0x37]))
            role.start { await link.run() }
            let part = frame("{\"id\":1,\"part\":\"\(String(repeating: "x", count: 64 << 10))\"}")
            role.start {
                for _ in 0..<640 { try? await peer.write(part) }
                peer.finishWriting()
            }
            let event = await stream.nextWords(atMost: .seconds(10))

            #expect(event.hasPrefix("failed"))
        }
    }

    @Test func `parts that are no JSON together end the stream`() throws {
        try onLoop { role in
            let (link, peer) = try linkAndPeer(.dialled, on: role.loop)
            let stream = try #require(link.open(kind: "m", head: [0x7b, 0x7d], body: [0x37]))
            role.start { await link.run() }
            for part in ["{", "]", ""] { try await peer.write(frame("{\"id\":1,\"part\":\"\(part)\"}")) }

            #expect(await stream.nextWords() == "failed internal_error: a chunk in parts is not JSON")
        }
    }

    @Test func `messages that were taken are let go, though others wait behind them`() throws {
        try onLoop { role in
            let mailbox = Mailbox<Token>(on: role.loop)
            let count = Count()
            mailbox.post(Token(count))
            for _ in 0..<1_000 {
                mailbox.post(Token(count))
                _ = mailbox.take()
            }

            #expect(count.alive < 200)
        }
    }
}

private func finish(_ stream: DataStream, _ link: DataLink, _ ending: DataEndingTests.Ending) {
    switch ending {
    case .end: stream.end()
    case .whole: stream.end(Array("{\"a\":1}".utf8))
    case .failed: stream.fail(code: "c", "m")
    case .lost: link.close()
    }
}

/// Sets a listener that holds the stream, as handlers do, and something whose end can be seen.
private func listen(to stream: DataStream, _ heard: Mailbox<String>) -> AnyObject {
    let listener = Count()
    stream.onEvent = { event in
        listener.alive += stream.id
        heard.post(words(event))
    }
    return listener
}

private final class Count { var alive = 0 }

private final class Token {
    private let count: Count

    init(_ count: Count) {
        self.count = count
        count.alive += 1
    }

    deinit { count.alive -= 1 }
}
