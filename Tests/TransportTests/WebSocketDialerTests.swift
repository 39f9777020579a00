import Events
import HTTP
import LoopTesting
import Posix
import Testing
import Transport
import WebSocket

@Suite struct WebSocketDialerTests {
    @Test func `a name is resolved, and the request says where it goes`() throws {
        try onLoop { role in
            let seen = Mailbox<[String?]>(on: role.loop)
            let site = try Site(role) { exchange in
                let fields = exchange.head.fields
                seen.post([exchange.head.target, exchange.head.host, fields["x-token"], fields["upgrade"]])
                exchange.respond(403, [:], body: [])
            }
            guard case .ipv4(_, let port) = site.address else { return }
            let url = try #require(WebSocketURL("ws://localhost:\(port)/a?b=c"))
            await #expect(throws: DialError.refused(status: 403)) {
                _ = try await WebSocketDialer(timeout: .seconds(5), on: role.loop)
                    .dial(url, fields: ["x-token": "t"], messageLimit: 1, heartbeat: nil)
            }

            #expect(seen.take() == ["/a?b=c", "localhost:\(port)", "t", "websocket"])
        }
    }

    @Test(arguments: [
        (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
            "the server is no WebSocket server: "
        ),
        ("HTTP/1.1 101 Switching Protocols\r\n\r\n", "the server is no WebSocket server: "),
        (
            "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
            "the server answered with status 302"
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n",
            "the server answered with status 404"
        ),
        ("SSH-2.0-OpenSSH\r\n\r\n", "the server is no WebSocket server: "),
        ("", "the server closed the connection during the handshake"),
    ])
    func `an answer that is no switch of protocols says what it was`(answer: String, reason: String) throws {
        try onLoop { role in
            let error = try await dialError(on: role, answering: answer)

            #expect(error?.description.hasPrefix(reason) == true)
        }
    }

    @Test func `a server that says nothing is given up`() throws {
        try onLoop { role in
            let error = try await dialError(on: role, answering: nil, timeout: .milliseconds(200))

            #expect(error == .timedOut)
        }
    }

    @Test func `nobody there is unreachable, and a name nobody has unknown`() throws {
        try onLoop { role in
            let dialer = WebSocketDialer(timeout: .seconds(5), on: role.loop)
            let socket = try Socket.listen(.ipv4([127, 0, 0, 1], port: 0))
            let address = try #require(Socket.localAddress(socket.number))
            _ = Descriptor(owning: socket.release())
            let nobody = try #require(WebSocketURL("ws://\(address)/"))
            let unknown = try #require(WebSocketURL("ws://name.invalid/"))

            await #expect(throws: DialError.unreachable("\(address): connect: Connection refused")) {
                _ = try await dialer.dial(nobody, messageLimit: 1, heartbeat: nil)
            }
            await #expect(throws: DialError.unknownHost("name.invalid")) {
                _ = try await dialer.dial(unknown, messageLimit: 1, heartbeat: nil)
            }
        }
    }

    @Test func `frames that come with the answer are read`() throws {
        try onLoop { role in
            let site = try Site(role) { exchange in
                guard
                    let socket = await exchange.acceptWebSocket(
                        messageLimit: 9,
                        heartbeat: nil,
                        on: role.loop
                    )
                else {
                    return
                }
                for text in ["one", "two"] { socket.send(Array(text.utf8)) }
                socket.close(.normal, "")
                _ = await socket.receive()
            }
            let url = try #require(WebSocketURL("ws://\(site.address)"))
            let client = try await WebSocketDialer(timeout: .seconds(5), on: role.loop)
                .dial(url, messageLimit: 9, heartbeat: nil)

            #expect(await client.receive() == Array("one".utf8))
            #expect(await client.receive() == Array("two".utf8))
            #expect(await client.receive() == nil)
            #expect(client.peer == "\(site.address)" || client.peer == "unknown")
        }
    }
}

/// How dialling a server ends that sends `answer` to everybody and closes, or with nil says nothing.
private func dialError(
    on role: isolated TestRole,
    answering answer: String?,
    timeout: Duration = .seconds(5),
) async throws -> DialError? {
    let socket = try Socket.listen(.ipv4([127, 0, 0, 1], port: 0))
    let address = try #require(Socket.localAddress(socket.number))
    let url = try #require(WebSocketURL("ws://\(address)/"))
    let listener = Listener(socket, name: "peer", on: role.loop)
    let connections = Mailbox<CInt>(on: role.loop)
    try listener.open { connections.post($0.release()) }
    role.start {
        guard let number = await connections.next() else { return }
        guard let stream = try? ByteStream(Descriptor(owning: number), .tcp, on: role.loop) else { return }
        _ = try? await stream.read(into: stream.makeInput())
        guard let answer else { return await role.loop.sleep(for: .seconds(5)) }
        try? await stream.write(Array(answer.utf8))
        stream.close()
    }
    do throws(DialError) {
        _ = try await WebSocketDialer(timeout: timeout, on: role.loop).dial(
            url,
            messageLimit: 1,
            heartbeat: nil
        )
        return nil
    } catch {
        return error
    }
}
