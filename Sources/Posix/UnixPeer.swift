import CSystem
import Glibc

/// Who is at the other end of a Unix socket (SO_PEERCRED, SO_PEERGROUPS).
package struct UnixPeer: Equatable, Sendable {
    package let pid: Int32
    package let uid: UInt32
    /// The primary group and the supplementary ones.
    package let groups: [UInt32]

    package init(of socket: CInt) throws(Errno) {
        var pid: pid_t = 0
        var uid: uid_t = 0
        var gid: gid_t = 0
        try retrying("getsockopt SO_PEERCRED") { gh_peer_credentials(socket, &pid, &uid, &gid) }
        var groups = [gid_t](repeating: 0, count: 256)
        let count = gh_peer_groups(socket, &groups, 256)
        self.pid = pid
        self.uid = uid
        self.groups = [gid] + groups.prefix(Int(max(0, count)))
    }

    package init(pid: Int32, uid: UInt32, groups: [UInt32]) {
        self.pid = pid
        self.uid = uid
        self.groups = groups
    }
}

/// Passing open descriptors over a Unix socket (SCM_RIGHTS).
package enum DescriptorPassing {
    /// The most one message carries.
    package static let limit = 16

    /// Sends `bytes` with `descriptors` riding on the first; nil if it would block.
    package static func send(_ socket: CInt, _ bytes: UnsafeRawBufferPointer, descriptors: [CInt])
        throws(Errno) -> Int?
    {
        do throws(Errno) {
            return try retrying("sendmsg") {
                gh_send_with_descriptors(
                    socket,
                    bytes.baseAddress,
                    bytes.count,
                    descriptors,
                    CInt(descriptors.count)
                )
            }
        } catch {
            if error.wouldBlock { return nil }
            throw error
        }
    }

    /// Receives up to a record with descriptors: 0 at the end, nil if it would block.
    ///
    /// - Throws: `EMSGSIZE` when more descriptors came than fit; they are closed.
    package static func receive(
        _ socket: CInt,
        into room: UnsafeMutableRawBufferPointer,
        descriptors: inout [CInt],
    ) throws(Errno) -> Int? {
        var numbers = [CInt](repeating: -1, count: limit)
        var count = CInt(limit)
        let received: Int
        do throws(Errno) {
            received = try retrying("recvmsg") {
                count = CInt(limit)
                return gh_receive_with_descriptors(socket, room.baseAddress, room.count, &numbers, &count)
            }
        } catch {
            if error.wouldBlock { return nil }
            throw error
        }
        if count < 0 { throw Errno("recvmsg", code: EMSGSIZE) }
        descriptors += numbers.prefix(Int(count))
        return received
    }
}
