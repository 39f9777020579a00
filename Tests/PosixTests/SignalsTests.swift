import Glibc
import Posix
import Testing

@Suite struct SignalsTests {
    @Test func `a blocked signal is read as data, with who sent it`() throws {
        blockSignals([.windowChange])
        let signals = try SignalDescriptor([.windowChange])
        let before = signals.next()
        raise(SignalNumber.windowChange.rawValue)
        let (signal, after) = (signals.next(), signals.next())

        #expect(before == nil)
        #expect(signal?.number == .windowChange)
        #expect(signal?.pid == getpid())
        #expect(signal?.uid == getuid())
        #expect(after == nil)
    }

    @Test(arguments: [
        (SignalNumber.terminate, "SIGTERM"), (.hangup, "SIGHUP"), (.kill, "SIGKILL"), (.child, "SIGCHLD"),
        (SignalNumber(rawValue: SIGSEGV), "SIGSEGV"), (SignalNumber(rawValue: 64), "signal 64"),
    ])
    func `a signal has the name of its manual page`(number: SignalNumber, name: String) {
        #expect(number.name == name)
    }

    @Test func `the highest signal can be blocked and awaited`() throws {
        let last = SignalNumber(rawValue: 64)
        blockSignals([last])
        let signals = try SignalDescriptor([.windowChange, last])
        raise(64)
        let signal = signals.next()

        #expect(signal?.number == last)
    }
}
