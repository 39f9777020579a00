import Events
import IPC
import JSON
import LoopTesting
import Posix
import Testing

@Suite struct DataStreamTests {
    @Test func `two hundred streams at once each get their own chunks in order`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let done = Mailbox<Bool>(on: role.loop)
            for number in 0..<200 {
                let (opener, answerer) = try await links.open("\(number)")
                let name = String(decoding: try #require(answerer.opening).body.raw, as: UTF8.self)
                role.start {
                    for chunk in 0..<20 {
                        _ = answerer.send("\"\(name)-\(chunk)\"")
                        await Task.yield()
                    }
                    answerer.end()
                }
                role.start {
                    let expected = (0..<20).map { "chunk \"\(number)-\($0)\"" } + ["end null"]
                    done.post(await opener.allWords() == expected)
                }
            }
            for _ in 0..<200 { #expect(await done.next(atMost: .seconds(10)) == true) }

            #expect(links.near.openStreams == 0)
            #expect(links.far.openStreams == 0)
        }
    }

    @Test func `a reader that does not read stalls only its own stream`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let chunk = "\"\(String(repeating: "x", count: 30_000))\""
            let stalled = try await links.open()
            for _ in 0..<100 { #expect(stalled.answerer.send(chunk)) }
            let done = Mailbox<Int>(on: role.loop)
            for _ in 0..<99 {
                let (opener, answerer) = try await links.open()
                role.start {
                    for _ in 0..<12 { _ = answerer.send(chunk) }
                    answerer.end()
                }
                role.start { done.post(await opener.allWords().count) }
            }
            for _ in 0..<99 { #expect(await done.next(atMost: .seconds(10)) == 13) }
            stalled.answerer.end()

            #expect(await stalled.opener.allWords().count == 101)
        }
    }

    @Test(arguments: [false, true])
    func `what one may send unread is the credit and the backlog, before and after reading`(isAfter: Bool)
        throws
    {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, answerer) = try await links.open()
            let envelope = "{\"id\":\(answerer.id),\"chunk\":\"\"}".utf8.count
            let chunk = "\"\(String(repeating: "x", count: DataStream.chunkLimit - envelope))\""
            let most = (DataStream.credit + DataStream.backlogLimit) / DataStream.chunkLimit
            if isAfter {
                for _ in 0..<40 { #expect(answerer.send(chunk)) }
                for _ in 0..<40 { _ = await opener.nextWords() }
                await role.loop.sleep(for: .milliseconds(10))
            }
            var sent = 0
            while sent <= most, answerer.send(chunk) { sent += 1 }

            #expect(sent == most)
        }
    }

    @Test func `after a stream was given up the answer still ends`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, answerer) = try await links.open()
            while answerer.send("\"\(String(repeating: "x", count: 10_000))\"") {}
            answerer.fail(code: "too_slow", "the client does not read")

            #expect(await opener.allWords().last == "failed too_slow: the client does not read")
        }
    }

    @Test(arguments: [1, 63 << 10, 64 << 10, (64 << 10) + 1, 200 << 10, 1 << 20])
    func `a chunk of any length arrives as it was sent`(count: Int) throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, answerer) = try await links.open()
            let chunk = "\"\(String(repeating: "x", count: max(0, count - 2)))\""
            #expect(answerer.send(chunk))
            answerer.end()

            #expect(await opener.allWords(atMost: .seconds(2)) == ["chunk \(chunk)", "end null"])
        }
    }

    @Test(arguments: 0..<6)
    func `a long chunk is never cut inside a character`(shift: Int) throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, answerer) = try await links.open()
            let text =
                String(repeating: "a", count: shift) + String(repeating: "é€😀\\\"\\u00e9", count: 10_000)
            #expect(answerer.send("{\"t\":\"\(text)\"}"))
            answerer.end()

            #expect(await opener.allWords(atMost: .seconds(2)) == ["chunk {\"t\":\"\(text)\"}", "end null"])
        }
    }

    @Test func `long chunks and short ones keep their order`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, answerer) = try await links.open()
            let chunks = (0..<30).map {
                "\"\(String(repeating: "\($0 % 10)", count: $0 % 3 == 0 ? 90_000 : 10))\""
            }
            role.start {
                for chunk in chunks { _ = answerer.send(chunk) }
                answerer.end(Array("{\"done\":true}".utf8))
            }

            #expect(await opener.allWords() == chunks.map { "chunk \($0)" } + ["end {\"done\":true}"])
        }
    }

    @Test func `white space around chunks costs no credit for ever`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, answerer) = try await links.open()
            let blank = String(repeating: " ", count: 30_000)
            role.start {
                for number in 0..<40 { _ = answerer.send("\(blank)\(number)\(blank)") }
                answerer.end()
            }

            #expect(
                await opener.allWords(atMost: .seconds(2)) == (0..<40).map { "chunk \($0)" } + ["end null"]
            )
        }
    }

    @Test func `a reader that is called gets more than the credit too`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, answerer) = try await links.open()
            let heard = Mailbox<String>(on: role.loop)
            opener.onEvent = { heard.post(words($0)) }
            let chunk = "\"\(String(repeating: "x", count: 50_000))\""
            for _ in 0..<20 { _ = answerer.send(chunk) }
            answerer.end()
            var count = 0
            while await heard.next(atMost: .seconds(1)) != nil { count += 1 }

            #expect(count == 21)
        }
    }

    @Test func `many small chunks that waited go out without a stop of the loop`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, answerer) = try await links.open()
            var sent = 0
            while sent < 100_000, answerer.send("\"\(String(repeating: "x", count: 30))\"") { sent += 1 }
            answerer.end()
            let start = Moment.now
            let received = await opener.allWords().count

            #expect(received == sent + 1)
            #expect(Moment.now - start < .seconds(4))
        }
    }
}
