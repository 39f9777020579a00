import Posix
import Testing

@testable import BridgeProcess

@Suite struct AgentDirectoryTests {
    private let start = Moment(nanoseconds: 1_000_000_000)

    @Test func `agents of one model are taken in turn`() {
        var directory = AgentDirectory()
        for number in 1...3 { directory.join(number, models: ["m"]) }
        var chosen: [Int] = []
        for _ in 0..<6 {
            guard let number = directory.choose("m") else { continue }
            chosen.append(number)
            directory.release(number)
        }

        #expect(Set(chosen.prefix(3)) == [1, 2, 3])
        #expect(chosen.prefix(3) == chosen.suffix(3))
    }

    @Test func `the least busy agent comes first`() {
        var directory = AgentDirectory()
        directory.join(1, models: ["m", "only-one"])
        directory.join(2, models: ["m"])
        _ = directory.choose("only-one")
        _ = directory.choose("only-one")

        #expect(directory.choose("m") == 2)
        #expect(directory.choose("m") == 2)
        #expect(directory.inFlight(1) == 2)
        #expect(directory.inFlight(2) == 2)
    }

    @Test func `nobody serves an unknown model, and nobody is waited for`() {
        var directory = AgentDirectory()
        directory.join(1, models: ["m"])

        #expect(directory.choose("other") == nil)
        #expect(!directory.mayReturn("other", at: start))
    }

    @Test(arguments: [(0, true), (29, true), (30, false), (3600, false)])
    func `a model whose last agent left is waited for, for less than 30 s`(seconds: Int, expected: Bool) {
        var directory = AgentDirectory()
        directory.join(1, models: ["m"])
        directory.leave(1, at: start)

        #expect(directory.choose("m") == nil)
        #expect(directory.mayReturn("m", at: start + .seconds(seconds)) == expected)
    }

    @Test func `a model that another agent still serves has nobody to wait for`() {
        var directory = AgentDirectory()
        directory.join(1, models: ["m"])
        directory.join(2, models: ["m"])
        directory.leave(1, at: start)

        #expect(!directory.mayReturn("m", at: start))
        #expect(directory.choose("m") == 2)
    }

    @Test func `a bridge that replaces another waits for every model as if its agent left just now`() {
        let directory = AgentDirectory(replacingSince: start)

        #expect(directory.mayReturn("never seen", at: start + .seconds(29)))
        #expect(!directory.mayReturn("never seen", at: start + .seconds(30)))
    }
}
