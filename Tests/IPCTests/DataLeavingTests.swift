import Events
import IPC
import LoopTesting
import Posix
import Testing

@Suite struct DataLeavingTests {
    @Test func `who hears that the peer leaves opens nothing more, and hears it once`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, answerer) = try await links.open()
            let left = Mailbox<Bool>(on: role.loop)
            links.near.onLeft = { left.post(true) }
            links.far.leave()
            links.far.leave()

            #expect(await left.next(atMost: .seconds(5)) == true)
            #expect(links.near.isLeft)
            #expect(links.near.open(kind: "model", head: [0x7b, 0x7d], body: [0x37]) == nil)
            answerer.end()
            #expect(await opener.nextWords() == "end null")
            #expect(await left.next(atMost: .milliseconds(50)) == nil)
        }
    }

    @Test func `a stream that is refused because the peer leaves says it for the whole link`() throws {
        try onLoop { role in
            let links = try DataLinks(role)
            let (opener, answerer) = try await links.open()
            let left = Mailbox<Bool>(on: role.loop)
            links.near.onLeft = { left.post(true) }
            answerer.fail(code: DataStream.leaving, "x")

            #expect(await opener.nextWords() == "failed bridge_leaving: x")
            #expect(await left.next(atMost: .milliseconds(50)) == true)
            #expect(links.near.open(kind: "model", head: [0x7b, 0x7d], body: [0x37]) == nil)
        }
    }
}
