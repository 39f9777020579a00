import Glibc
import Posix
import Testing

@Suite struct SocketTests {
    @Test(arguments: [
        SocketAddress.ipv4([127, 0, 0, 1], port: 0), .ipv6([UInt8](repeating: 0, count: 15) + [1], port: 0),
    ])
    func `a connection over TCP carries bytes both ways and then ends`(address: SocketAddress) throws {
        let listener = try Socket.listen(address)
        let bound = try #require(Socket.localAddress(listener.number))
        let client = try Socket.connect(bound)
        try #require(isReadable(listener.number))
        let server = try #require(try accepted(listener.number))
        defer { close(server) }

        #expect(isWritable(client.number))
        #expect(Socket.error(of: client.number) == nil)
        #expect(Socket.peerAddress(client.number) == bound)
        #expect(Socket.peerAddress(server) == Socket.localAddress(client.number))
        #expect(try exchange(client.number, server) == "over")
        Socket.finishSending(server)
        #expect(try received(client.number) == "")
    }

    @Test func `a Unix socket appears under its name with its mode, and nothing beside it`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/s"
        let listener = try Socket.listen(.unix(path), mode: 0o620)
        let client = try Socket.connect(.unix(path))
        let server = try #require(try accepted(listener.number))
        defer { close(server) }

        #expect(folder.names == ["s"])
        #expect(FileSystem.mode(path) == 0o620)
        #expect(try exchange(client.number, server) == "over")
    }

    @Test func `a stale socket file is replaced, and who listened before is no longer found`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/s"
        let old = try Socket.listen(.unix(path))
        let new = try Socket.listen(.unix(path))
        let client = try Socket.connect(.unix(path))

        #expect(try accepted(old.number) == nil)
        let server = try #require(try accepted(new.number))
        close(server)
        _ = client.number
    }

    @Test func `the longest path can be listened on`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/" + String(repeating: "x", count: 106 - folder.path.utf8.count)
        let listener = try Socket.listen(.unix(path))
        let client = try Socket.connect(.unix(path))

        #expect(folder.names.count == 1)
        _ = (listener.number, client.number)
    }

    @Test func `a socket that cannot be named leaves nothing behind`() throws {
        let folder = try TemporaryFolder()
        try FileSystem.makeDirectory("\(folder.path)/s", mode: 0o700)
        #expect(throws: Errno.self) { _ = try Socket.listen(.unix("\(folder.path)/s")) }

        #expect(folder.names == ["s"])
    }

    @Test func `an abstract socket needs no file`() throws {
        let address = SocketAddress.unix("@posix-test-\(getpid())")
        let listener = try Socket.listen(address)
        let client = try Socket.connect(address)
        let server = try #require(try accepted(listener.number))
        defer { close(server) }

        #expect(try exchange(client.number, server) == "over")
        #expect(throws: Errno.self) { _ = try Socket.listen(address) }
    }

    @Test func `sockets never wait and are closed on exec`() throws {
        let listener = try Socket.listen(.ipv4([127, 0, 0, 1], port: 0))
        let client = try Socket.connect(try #require(Socket.localAddress(listener.number)))
        try #require(isReadable(listener.number))
        let server = try #require(try accepted(listener.number))
        let (left, right) = try Socket.pair()
        for number in [listener.number, client.number, server, left, right] {
            #expect(fcntl(number, F_GETFL) & O_NONBLOCK != 0)
            #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
        }
        for number in [server, left, right] { close(number) }
    }

    @Test func `nobody waiting is no connection, and a listener is told from others`() throws {
        let listener = try Socket.listen(.ipv4([127, 0, 0, 1], port: 0))
        let client = try Socket.connect(try #require(Socket.localAddress(listener.number)))

        #expect(Socket.isListening(listener.number))
        #expect(!Socket.isListening(client.number))
        #expect(!Socket.isListening(-1))
        #expect(throws: Errno("accept4", code: EINVAL)) { _ = try Socket.accept(client.number) }
    }

    @Test func `a refused connection says so once it has ended`() throws {
        let address = try freedAddress()
        let client = try Socket.connect(address)
        try #require(isWritable(client.number))

        #expect(Socket.error(of: client.number)?.isRefused == true)
    }

    @Test func `a second listener on an address in use is refused`() throws {
        let first = try Socket.listen(.ipv4([127, 0, 0, 1], port: 0))
        let address = try #require(Socket.localAddress(first.number))

        #expect(throws: Errno("bind \(address)", code: EADDRINUSE)) { _ = try Socket.listen(address) }
    }

    @Test func `IPv6 leaves the same port of IPv4 free`() throws {
        let six = try Socket.listen(.ipv6([UInt8](repeating: 0, count: 16), port: 0))
        guard case .ipv6(_, let port)? = Socket.localAddress(six.number) else {
            Issue.record("no IPv6 address")
            return
        }
        let four = try Socket.listen(.ipv4([127, 0, 0, 1], port: port))

        #expect(Socket.isListening(four.number))
    }

    @Test func `sending to a peer that closed is an error and no signal`() throws {
        let (left, right) = try Socket.pair()
        close(right)
        defer { close(left) }

        #expect(throws: Errno("send", code: EPIPE)) { _ = try send("x", to: left) }
    }

    @Test func `what does not fit would block`() throws {
        let (left, right) = try Socket.pair()
        defer { for number in [left, right] { close(number) } }
        let flood = String(repeating: "x", count: 1 << 20)
        while let sent = try send(flood, to: left) { #expect(sent > 0) }

        #expect(try send("x", to: left) == nil)
        #expect(try received(right)?.isEmpty == false)
    }

    @Test func `a datagram reaches a Unix socket by its path`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/notify"
        let receiver = try #require(datagramReceiver(path))
        defer { close(receiver) }
        try Socket.sendDatagram(Array("READY=1".utf8), to: path)

        #expect(try received(receiver) == "READY=1")
        #expect(throws: Errno.self) { try Socket.sendDatagram([1], to: "\(folder.path)/nobody") }
    }
}

/// The number of the next waiting connection, owned by the caller.
private func accepted(_ listener: CInt) throws -> CInt? {
    guard let connection = try Socket.accept(listener) else { return nil }
    return connection.release()
}

private func send(_ text: String, to socket: CInt) throws -> Int? {
    try Array(text.utf8).withUnsafeBytes { bytes throws(Errno) in try Socket.send(socket, bytes) }
}

private func received(_ socket: CInt) throws -> String? {
    var room = [UInt8](repeating: 0, count: 65_536)
    guard isReadable(socket) else { return nil }
    let count = try room.withUnsafeMutableBytes { bytes throws(Errno) in
        try Socket.receive(socket, into: bytes)
    }
    return count.map { String(decoding: room.prefix($0), as: UTF8.self) }
}

/// What came back after one word each way.
private func exchange(_ client: CInt, _ server: CInt) throws -> String? {
    _ = try send("hello", to: client)
    guard try received(server) == "hello" else { return nil }
    _ = try send("over", to: server)
    return try received(client)
}

/// An address where nobody listens any more.
private func freedAddress() throws -> SocketAddress {
    let listener = try Socket.listen(.ipv4([127, 0, 0, 1], port: 0))
    return try #require(Socket.localAddress(listener.number))
}

private func datagramReceiver(_ path: String) -> CInt? {
    let number = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    return result == 0 ? number : nil
}
