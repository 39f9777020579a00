import Log
import Posix
import Testing

@Suite struct LoggerTests {
    @Test(arguments: [
        (LogLevel.debug, ["debug", "info", "warning", "error"]), (.info, ["info", "warning", "error"]),
        (.warning, ["warning", "error"]), (.error, ["error"]),
    ])
    func `a log shows its level and what is above`(level: LogLevel, expected: [String]) {
        let written = Written()
        written.log.level = level
        written.log.debug("e")
        written.log.info("e")
        written.log.warning("e")
        written.log.error("e")

        #expect(written.facts == expected.map { "\($0) worker:0 \"e\"" })
    }

    @Test(arguments: ["debug", "info", "warning", "error"])
    func `a level is known by its name`(name: String) {
        #expect(LogLevel(name: name)?.name == name)
    }

    @Test(arguments: ["", "Info", "warn", "info ", "4"])
    func `other names are no level`(name: String) {
        #expect(LogLevel(name: name) == nil)
    }

    @Test func `nothing is written before the turn ends, and then once`() {
        let written = Written()
        for number in 0..<100 { written.log.info("e", ["n": .number(number)]) }
        #expect(written.writes == 0)
        written.log.flush()
        written.log.flush()

        #expect(written.writes == 1)
        #expect(written.lines.count == 100)
    }

    @Test(arguments: [1, 7, 64, 1_000])
    func `lines that go out in pieces keep their order`(room: Int) {
        let written = Written(room: room)
        for number in 0..<20 {
            written.log.info("e", ["n": .number(number)])
            written.log.flush()
        }
        written.room = nil

        #expect(written.facts == (0..<20).map { "info worker:0 \"e\" n=\($0)" })
        #expect(written.log.dropped == 0)
    }

    @Test func `what does not fit is dropped and counted, and what waits is bounded`() {
        let written = Written(room: 0)
        let text = LogLine.Value.text(String(repeating: "x", count: 1_000))
        for _ in 0..<2_000 { written.log.info("e", ["f": text]) }
        written.log.append { $0.write("more") }
        written.log.flush()
        written.room = nil
        let lines = written.lines

        #expect(written.bytes.count < Logger.limit + LogLine.limit)
        #expect(lines.count + written.log.dropped == 2_001)
        #expect(lines.count > 900)
        #expect(lines.allSatisfy { $0.hasSuffix("xxx") })
    }

    @Test func `after room came lines are taken again`() {
        let written = Written(room: 0)
        while written.log.dropped == 0 { written.log.info("early") }
        written.room = nil
        written.log.flush()
        written.log.info("late")

        #expect(written.facts.last == "info worker:0 \"late\"")
        #expect(written.log.dropped == 1)
    }

    @Test func `a line that the caller spells is ended and cut like others`() {
        let written = Written()
        written.log.append { $0.write("GET / 200") }
        written.log.append { $0.write([UInt8](repeating: 120, count: 10_000).span) }
        written.log.append { _ in }

        #expect(written.lines.map(\.count) == [9, 8_191])
        #expect(written.bytes.suffix(2) == [10, 10])
    }

    @Test func `a full pipe keeps what was not taken`() throws {
        let (read, write) = try makePipe(capacity: 4_096)
        let ends = [read, write]
        defer { for number in ends { _ = Descriptor(owning: number) } }
        let log = Logger(process: "p", descriptor: write)
        for number in 0..<200 { log.info("e", ["n": .number(number)]) }
        var all: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 4_096)
        repeat {
            log.flush()
            guard let count = try Descriptor.read(read, filling: &room) else { break }
            all += room.prefix(count)
        } while true
        let lines = String(decoding: all, as: UTF8.self).split(separator: "\n")

        #expect(lines.count == 200)
        #expect(lines.indices.allSatisfy { lines[$0].hasSuffix("n=\($0)") })
    }

    @Test func `a closed pipe does not hold lines back for ever`() throws {
        ignoreSignals([.pipe])
        let (read, write) = try makePipe()
        _ = Descriptor(owning: read)
        defer { _ = Descriptor(owning: write) }
        let log = Logger(process: "p", descriptor: write)
        for _ in 0..<100_000 {
            log.info("e")
            log.flush()
        }

        #expect(log.dropped == 0)
    }
}
