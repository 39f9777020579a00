import CSystem
import Glibc

/// Making and using non-blocking, close-on-exec stream sockets (socket(7)).
package enum Socket {
    /// A socket that listens.
    ///
    /// A Unix path is bound beside its place and renamed over it.
    package static func listen(_ address: SocketAddress, backlog: CInt = 4096, mode: UInt32 = 0o600)
        throws(Errno) -> Descriptor
    {
        let socket = try make(address.family)
        switch address {
        case .ipv4, .ipv6:
            try set(socket.number, SOL_SOCKET, SO_REUSEADDR)
            if case .ipv6 = address { try set(socket.number, CInt(IPPROTO_IPV6), IPV6_V6ONLY) }
            try bind(socket.number, to: address)
            try retrying("listen \(address)") { Glibc.listen(socket.number, backlog) }
        case .unix(let path) where path.hasPrefix("@"):
            try bind(socket.number, to: address)
            try retrying("listen \(address)") { Glibc.listen(socket.number, backlog) }
        case .unix(let path): try listen(socket.number, at: path, backlog, mode)
        }
        return socket
    }

    /// Nobody sees the socket before it listens, and one that is there is replaced at once.
    private static func listen(_ socket: CInt, at path: String, _ backlog: CInt, _ mode: mode_t) throws(Errno)
    {
        guard FileSystem.isSocketOrMissing(path) else {
            throw Errno("\(path) is there and is no socket", code: EEXIST)
        }
        let temporary = "\(FileSystem.parentDirectory(path))/.\(getpid())"
        let place = temporary.utf8.count < 108 ? temporary : path
        unlink(place)
        do throws(Errno) {
            try bind(socket, to: .unix(place))
            try FileSystem.setMode(place, mode)
            try retrying("listen unix:\(path)") { Glibc.listen(socket, backlog) }
            if place != path { try retrying("rename \(path)") { rename(place, path) } }
        } catch {
            unlink(place)
            throw error
        }
    }

    /// Whether somebody listens at a Unix path.
    package static func isAnswered(_ path: String) -> Bool { (try? connect(.unix(path))) != nil }

    /// A socket that connects or has connected; wait until it can be written, then ask `error(of:)`.
    ///
    /// - Throws: `EAGAIN` when a Unix listener's backlog is full: try again by a timer (unix(7)).
    package static func connect(_ address: SocketAddress) throws(Errno) -> Descriptor {
        let socket = try make(address.family)
        do throws(Errno) {
            try retrying("connect \(address)") {
                address.withSockaddr { Glibc.connect(socket.number, $0, $1) }
            }
        } catch {
            guard error.code == EINPROGRESS else { throw error }
        }
        return socket
    }

    /// Two connected Unix stream sockets (socketpair(2)); the caller owns both.
    package static func pair() throws(Errno) -> (CInt, CInt) {
        var numbers: [CInt] = [-1, -1]
        try retrying("socketpair") { socketpair(AF_UNIX, kind, 0, &numbers) }
        return (numbers[0], numbers[1])
    }

    /// The next waiting connection; nil if there is none.
    package static func accept(_ listener: CInt) throws(Errno) -> Descriptor? {
        do throws(Errno) {
            return Descriptor(owning: try retrying("accept4") { gh_accept(listener) })
        } catch {
            switch error.code {
            case EAGAIN, ECONNABORTED, EPROTO, ENETDOWN, EHOSTUNREACH, ENETUNREACH: return nil
            default: throw error
            }
        }
    }

    /// Small writes go out at once; on both legs of a gateway anything else costs 40 ms now and then.
    package static func setNoDelay(_ socket: CInt) {
        var one: CInt = 1
        setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
    }

    /// Why a connection attempt failed, nil if it did not.
    package static func error(of socket: CInt) -> Errno? {
        var code: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &length)
        return code == 0 ? nil : Errno("connect", code: code)
    }

    /// Receives into `room`: 0 at the end, nil if it would block.
    @inline(__always)
    package static func receive(_ socket: CInt, into room: UnsafeMutableRawBufferPointer) throws(Errno)
        -> Int?
    {
        while true {
            let count = recv(socket, room.baseAddress, room.count, 0)
            if count >= 0 { return count }
            if errno == EAGAIN { return nil }
            if errno != EINTR { throw Errno("recv") }
        }
    }

    /// The number of bytes sent, or nil if it would block.
    @inline(__always)
    package static func send(_ socket: CInt, _ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int? {
        while true {
            let count = Glibc.send(socket, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
            if count >= 0 { return count }
            if errno == EAGAIN { return nil }
            if errno != EINTR { throw Errno("send") }
        }
    }

    /// No more bytes from us; the peer reads to the end.
    package static func finishSending(_ socket: CInt) { shutdown(socket, CInt(SHUT_WR)) }

    package static func localAddress(_ socket: CInt) -> SocketAddress? { address(socket, getsockname) }
    package static func peerAddress(_ socket: CInt) -> SocketAddress? { address(socket, getpeername) }

    /// Whether the descriptor is a listening stream socket.
    package static func isListening(_ socket: CInt) -> Bool {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value == 1
    }

    /// Sends one datagram to a Unix socket, such as systemd's (sd_notify(3)).
    package static func sendDatagram(_ bytes: [UInt8], to path: String) throws(Errno) {
        let number = try retrying("socket") {
            socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        }
        let descriptor = Descriptor(owning: number)
        try retrying("sendto \(path)") {
            SocketAddress.unix(path).withSockaddr { address, length in
                sendto(
                    descriptor.number,
                    bytes,
                    bytes.count,
                    CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT),
                    address,
                    length
                )
            }
        }
    }

    private static var kind: CInt {
        CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    }

    private static func make(_ family: CInt) throws(Errno) -> Descriptor {
        Descriptor(owning: try retrying("socket") { socket(family, kind, 0) })
    }

    private static func bind(_ socket: CInt, to address: SocketAddress) throws(Errno) {
        try retrying("bind \(address)") { address.withSockaddr { Glibc.bind(socket, $0, $1) } }
    }

    private static func set(_ socket: CInt, _ level: CInt, _ option: CInt) throws(Errno) {
        var one: CInt = 1
        try retrying("setsockopt") {
            setsockopt(socket, level, option, &one, socklen_t(MemoryLayout<CInt>.size))
        }
    }

    private static func address(
        _ socket: CInt,
        _ call: (CInt, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt,
    ) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call(socket, $0, &length) }
        }
        return result == 0 ? SocketAddress(storage) : nil
    }
}
