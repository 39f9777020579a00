import Config
import Posix
import Testing

@testable import SupervisorProcess

@Suite struct ControlRightTests {
    @Test(
        arguments: [
            (0, [0], .admin), (500, [500], .admin), (1000, [1000], .observe), (1001, [1001], .operate),
            (1002, [50, 60], .operate), (1003, [70], .admin), (1004, [1004], .none),
        ] as [(UInt32, [UInt32], ControlRight)]
    )
    func `rights come from root, the daemon's user, and what the configuration gives a uid or a group`(
        uid: UInt32,
        groups: [UInt32],
        expected: ControlRight,
    ) {
        var control = Configuration.Control()
        control.observe = [.user(1000), .user(1001)]
        control.operate = [.user(1001), .group(60)]
        control.admin = [.group(70)]
        let peer = UnixPeer(pid: 1, uid: uid, groups: groups)

        #expect(ControlRight.of(peer, by: control, own: 500) == expected)
    }
}
