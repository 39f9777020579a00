import Glibc
import Posix
import Testing

@Suite struct ErrnoTests {
    @Test func `its description has the call and the system's words`() {
        #expect(Errno("open /x", code: ENOENT).description == "open /x: No such file or directory")
    }

    @Test(arguments: [
        (EAGAIN, true, false, false, false, false), (EINPROGRESS, true, false, false, false, false),
        (ENOENT, false, true, false, false, false), (ECONNREFUSED, false, false, true, false, false),
        (EADDRINUSE, false, false, false, true, false), (EMFILE, false, false, false, false, true),
        (ENFILE, false, false, false, false, true), (EACCES, false, false, false, false, false),
    ])
    func `each kind of failure is told apart`(
        code: CInt,
        wouldBlock: Bool,
        isMissing: Bool,
        isRefused: Bool,
        isAddressInUse: Bool,
        isDescriptorShortage: Bool,
    ) {
        let error = Errno("call", code: code)

        #expect(error.wouldBlock == wouldBlock)
        #expect(error.isMissing == isMissing)
        #expect(error.isRefused == isRefused)
        #expect(error.isAddressInUse == isAddressInUse)
        #expect(error.isDescriptorShortage == isDescriptorShortage)
    }

    @Test func `a call that a signal interrupted is made again`() throws {
        var calls = 0
        let result = try retrying("call") {
            calls += 1
            errno = EINTR
            return calls < 3 ? -1 : 7
        }

        #expect(result == 7)
        #expect(calls == 3)
    }

    @Test func `a call that failed is not made again, and names itself`() {
        var calls = 0
        #expect(throws: Errno("call", code: EBADF)) {
            try retrying("call") {
                calls += 1
                errno = EBADF
                return -1
            }
        }
        #expect(calls == 1)
    }
}
