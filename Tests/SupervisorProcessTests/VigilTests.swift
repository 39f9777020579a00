import Posix
import Testing

@testable import SupervisorProcess

@Suite struct VigilTests {
    @Test func `a process that beats is left alone`() {
        var vigil = Vigil()

        #expect((0..<100).allSatisfy { vigil.look(at: at($0), [pulse(1, $0)]).isEmpty })
    }

    @Test func `a silent one is slow after 2 s and hung after 5 s in three looks, each said once`() {
        var vigil = Vigil()
        let findings = (0..<40).map { vigil.look(at: at($0), [pulse(1, 0)]) }

        #expect(findings[0...4].allSatisfy { $0.isEmpty })
        #expect(findings[5] == [.slow(process: 1, silence: .milliseconds(2500))])
        #expect(findings[6...12].allSatisfy { $0.isEmpty })
        #expect(findings[13] == [.hung(process: 1, silence: .milliseconds(6500))])
        #expect(findings[14...].allSatisfy { $0.isEmpty })
    }

    @Test func `one that was only busy for 3 s is slow and no more, and again the next time`() {
        var vigil = Vigil()
        let beats = [0, 0, 0, 0, 0, 0, 6, 7, 7, 7, 7, 7, 7, 13]
        let findings = beats.enumerated().map { vigil.look(at: at($0.offset), [pulse(1, $0.element)]) }

        #expect(findings.flatMap { $0 }.count == 2)
        #expect(findings.flatMap { $0 }.allSatisfy { if case .slow = $0 { true } else { false } })
    }

    @Test func `the supervisor's own pause is nobody's silence`() {
        var vigil = Vigil()
        _ = vigil.look(at: at(0), [pulse(1, 0), pulse(2, 0)])

        let afterPause = (40..<45).flatMap { vigil.look(at: at($0), [pulse(1, 0), pulse(2, $0)]) }
        #expect(afterPause.isEmpty, "counting begins anew")
        let later = (45..<60).flatMap { vigil.look(at: at($0), [pulse(1, 0), pulse(2, $0)]) }
        #expect(later.contains { if case .hung(1, _) = $0 { true } else { false } })
        #expect(!later.contains { if case .hung(2, _) = $0 { true } else { false } })
    }

    @Test func `a heartbeat from the future is one of now`() {
        var vigil = Vigil()

        #expect((0..<40).allSatisfy { vigil.look(at: at($0), [pulse(1, 1_000_000)]).isEmpty })
    }

    /// Half seconds since the start.
    private func at(_ looks: Int) -> Moment {
        Moment(nanoseconds: 1_000_000_000 + Int64(looks) * 500_000_000)
    }

    private func pulse(_ process: Int, _ looks: Int) -> Vigil.Pulse {
        Vigil.Pulse(process: process, heartbeat: at(looks))
    }
}
