import Events
import HTTP
import LoopTesting
import Posix
import Testing
import Transport

@Suite struct ExchangeTests {
    @Test func `a handler that answers nothing has failed`() throws {
        try onLoop { role in
            let site = try Site(role) { _ in }
            let client = try await site.connect()
            for _ in 0..<2 {
                try await client.send(get())
                #expect(try await client.answer().status == 500)
            }
        }
    }

    @Test func `only the first answer counts`() throws {
        try onLoop { role in
            let statuses = Mailbox<Int?>(on: role.loop)
            let site = try Site(role) { exchange in
                statuses.post(exchange.status)
                exchange.respond("first")
                exchange.respond(404, [:], body: [1])
                exchange.startStream(404, [:])
                try? await exchange.send([2])
                exchange.finish()
                statuses.post(exchange.status)
            }
            let client = try await site.connect()
            try await client.send(get() + get())

            #expect(try await client.answer().text == "first")
            #expect(try await client.answer().text == "first")
            #expect(statuses.take() == .some(nil))
            #expect(statuses.take() == 200)
        }
    }

    @Test func `a stream that the handler left open is not taken for a whole one`() throws {
        try onLoop { role in
            let site = try Site(role) { exchange in
                exchange.startStream(200, [:])
                try? await exchange.send(Array("part".utf8))
            }
            let client = try await site.connect()
            try await client.send(get())
            let text = try await client.rest()

            #expect(text.hasSuffix("\r\n\r\n4\r\npart\r\n"))
        }
    }

    @Test func `a stream that was finished ends with the last chunk, and the connection lives on`() throws {
        try onLoop { role in
            let site = try Site(role) { exchange in
                exchange.startStream(201, ["x-a": "b"])
                for piece in ["one", "", "two"] { try? await exchange.send(Array(piece.utf8)) }
                exchange.finish()
                exchange.finish()
                try? await exchange.send([7])
            }
            let client = try await site.connect()
            for _ in 0..<2 {
                try await client.send(get())
                let answer = try await client.answer()
                #expect(answer.status == 201)
                #expect(answer.text == "onetwo")
                #expect(answer.head.fields["x-a"] == "b")
            }
        }
    }

    @Test(arguments: [204, 304])
    func `an answer without body says no length`(status: Int) throws {
        try onLoop { role in
            let site = try Site(role) { $0.respond(status, [:], body: [1, 2]) }
            let client = try await site.connect()
            try await client.send(get() + get())
            for _ in 0..<2 {
                let answer = try await client.answer()
                #expect(answer.status == status)
                #expect(answer.body.isEmpty)
            }
        }
    }

    @Test(
        arguments: [("x-a", "b\r\nc: d"), ("x a", "b"), ("content-length", "7"), ("connection", "upgrade")],
        [true, false]
    )
    func `fields that would break the head apart make a plain 500`(
        field: (name: String, value: String),
        isStream: Bool,
    ) throws {
        try onLoop { role in
            let site = try Site(role) { exchange in
                guard isStream else {
                    return exchange.respond(200, [field.name: field.value], body: [65, 66])
                }
                exchange.startStream(200, [field.name: field.value])
                try? await exchange.send([65, 66])
                exchange.finish()
            }
            let client = try await site.connect()
            try await client.send(get())
            let text = try await client.rest()

            #expect(
                text == "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
        }
    }

    @Test func `the handler hears that the client has left, once, and at once if it asks later`() throws {
        try onLoop { role in
            let told = Mailbox<String>(on: role.loop)
            let site = try Site(role) { exchange in
                let left = Signal(on: role.loop)
                exchange.onDisconnect {
                    told.post("left")
                    left.raise()
                }
                told.post("begun")
                _ = await left.wait(atMost: .seconds(5))
                exchange.onDisconnect { told.post("at once") }
            }
            let client = try await site.connect()
            try await client.send(get())
            #expect(await told.next(atMost: .seconds(5)) == "begun")
            client.stream.close()

            #expect(await told.next(atMost: .seconds(5)) == "left")
            #expect(await told.next(atMost: .seconds(5)) == "at once")
            #expect(await site.server.emptied(within: .seconds(5)))
            #expect(told.take() == nil)
        }
    }

    @Test func `the handler hears nothing after it has returned`() throws {
        try onLoop { role in
            let heard = Mailbox<Bool>(on: role.loop)
            let site = try Site(role) { exchange in
                exchange.onDisconnect { heard.post(true) }
                exchange.respond("x")
            }
            let client = try await site.connect()
            try await client.send(get())
            _ = try await client.answer()
            client.stream.close()

            #expect(await site.server.emptied(within: .seconds(5)))
            #expect(heard.take() == nil)
        }
    }

    @Test func `a slow reader holds the handler back, not the memory`() throws {
        try onLoop { role in
            let progress = Progress()
            let site = try Site(role) { exchange in
                exchange.startStream(200, [:])
                for _ in 0..<512 {
                    guard (try? await exchange.send([UInt8](repeating: 65, count: 65_536))) != nil else {
                        return
                    }
                    progress.pieces += 1
                }
                exchange.finish()
            }
            let client = try await site.connect()
            try await client.send(get())
            var last = -1
            while last != progress.pieces {
                last = progress.pieces
                await role.loop.sleep(for: .milliseconds(100))
            }
            #expect(last < 300)

            let answer = try await client.answer()
            #expect(answer.body.count == 512 * 65_536)
            #expect(progress.pieces == 512)
        }
    }

    @Test func `a reader that stands still is given up`() throws {
        try onLoop { role in
            var settings = HTTPServer.Settings()
            settings.idleTimeout = .milliseconds(200)
            let ended = Mailbox<StreamError?>(on: role.loop)
            let site = try Site(role, settings) { exchange in
                exchange.startStream(200, [:])
                do throws(StreamError) {
                    while true { try await exchange.send([UInt8](repeating: 65, count: 1 << 20)) }
                } catch {
                    ended.post(error)
                }
            }
            let client = try await site.connect()
            try await client.send(get())

            #expect(await ended.next(atMost: .seconds(5)) == .timedOut)
            #expect(await site.server.emptied(within: .seconds(3)))
            client.stream.close()
        }
    }

    @Test func `a large answer arrives whole`() throws {
        try onLoop { role in
            let body = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let site = try Site(role) { $0.respond(200, [:], body: body) }
            let client = try await site.connect()
            for _ in 0..<2 {
                try await client.send(get())
                let answer = try await client.answer()
                #expect(answer.body == body)
            }
        }
    }

    @Test func `an exchange that is over is let go, whatever its handler left behind`() throws {
        try onLoop { role in
            let seen = Seen()
            let site = try Site(role) { exchange in
                exchange.onInterrupt { exchange.finish() }
                seen.exchange = exchange
                exchange.respond("x")
            }
            let client = try await site.connect()
            try await client.send(get())
            _ = try await client.answer()
            client.stream.close()
            #expect(await site.server.emptied(within: .seconds(5)))
            await role.loop.sleep(for: .milliseconds(1))

            #expect(seen.exchange == nil)
        }
    }
}

private final class Progress { var pieces = 0 }

private final class Seen { weak var exchange: Exchange? }
