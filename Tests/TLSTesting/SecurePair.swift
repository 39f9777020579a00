package import Events
import Glibc
package import LoopTesting
import Posix
package import TLS

/// Two ends of one TLS connection, after the handshake went well or badly.
package struct SecurePair {
    package let client: ByteStream
    package let server: ByteStream
    package let clientFault: TLSFault?
    package let serverFault: TLSFault?

    /// Lets two sessions shake hands, directly or over `relay`; `whenClientIsDone` runs before anything else does.
    package init(
        _ role: isolated TestRole,
        client: TLSSession,
        server: TLSSession,
        by relay: Relay? = nil,
        isTCP: Bool = false,
        whenClientIsDone: () -> Void = {},
    ) async throws {
        let streams = isTCP ? connectedTCPStreams : connectedStreams
        let (near, far) = try relay.map { ($0.client, $0.server) } ?? streams(role.loop)
        near.setDeadline(after: .seconds(20))
        far.setDeadline(after: .seconds(20))
        let served = Mailbox<TLSFault?>(on: role.loop)
        role.start { served.post(await handshake(far, server)) }
        clientFault = await handshake(near, client)
        whenClientIsDone()
        serverFault = await served.next() ?? .closed
        (self.client, self.server) = (near, far)
    }

    /// Two sessions that trust each other.
    package init(
        _ role: isolated TestRole,
        versions: ClosedRange<TLSVersion> = .v1_2 ... .v1_3,
        by relay: Relay? = nil,
        isTCP: Bool = false,
    ) async throws {
        try await self.init(
            role,
            client: TLSSession(.testClient(versions: versions), host: "localhost", port: 443),
            server: TLSSession(accepting: .testServer()),
            by: relay,
            isTCP: isTCP
        )
        if let fault = clientFault ?? serverFault { throw fault }
    }
}

/// What became of the handshake; nil: it went well.
package func handshake(_ stream: ByteStream, _ session: TLSSession) async -> TLSFault? {
    do throws(TLSFault) {
        try await stream.startTLS(session)
        return nil
    } catch {
        return error
    }
}

extension TLSContext {
    /// A client that trusts the tests' authority.
    package static func testClient(
        protocols: [String] = [],
        versions: ClosedRange<TLSVersion> = .v1_2 ... .v1_3,
    ) throws -> TLSContext {
        try client(trust: .file(Certificates.path("ca.pem")), protocols: protocols, versions: versions)
    }

    /// A server with one of the tests' certificates.
    package static func testServer(
        _ certificate: String = "ecdsa",
        protocols: [String] = [],
        versions: ClosedRange<TLSVersion> = .v1_2 ... .v1_3,
    ) throws -> TLSContext {
        try server(
            certificate: Certificates.path("\(certificate).pem"),
            key: Certificates.path(certificate == "rsa" ? "rsa.key" : "ecdsa.key"),
            protocols: protocols,
            versions: versions
        )
    }
}

/// Two streams that are connected to each other.
package func connectedStreams(on loop: EventLoop) throws -> (ByteStream, ByteStream) {
    let (left, right) = try Socket.pair()
    return (
        try ByteStream(Descriptor(owning: left), .unixData, on: loop),
        try ByteStream(Descriptor(owning: right), .unixData, on: loop)
    )
}

/// Two streams over this machine's own TCP, with little room between them.
private func connectedTCPStreams(on loop: EventLoop) throws -> (ByteStream, ByteStream) {
    let listener = try Socket.listen(.ipv4([127, 0, 0, 1], port: 0))
    guard let address = Socket.localAddress(listener.number) else { throw Errno("getsockname") }
    setLittleRoom(listener.number)
    let near = try Socket.connect(address)
    setLittleRoom(near.number)
    guard let far = try Socket.accept(listener.number) else { throw Errno("accept") }
    return (try ByteStream(near, .tcp, on: loop), try ByteStream(far, .tcp, on: loop))
}

private func setLittleRoom(_ socket: CInt) {
    var bytes: CInt = 65_536
    for side in [SO_RCVBUF, SO_SNDBUF] {
        setsockopt(socket, SOL_SOCKET, side, &bytes, socklen_t(MemoryLayout<CInt>.size))
    }
}
