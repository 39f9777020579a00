import Config
import FoundationEssentials
import Testing

@Suite
struct ReplayFaultTests {
    @Test(arguments: [
        ("none", ReplayFault.nothing), ("refuse", .refusal), ("cut:0", .cut(after: 0)),
        ("cut:4KiB", .cut(after: 4096)), ("stall:100", .stall(after: 100)),
        ("delay:500ms", .delay(.milliseconds(500))), ("delay:1h", .delay(.seconds(3600))),
        ("status:400", .status(400)), ("status:599", .status(599)),
    ])
    func `it is read, written and sent as it is spelled`(text: String, fault: ReplayFault) throws {
        let sent = try JSONDecoder().decode([ReplayFault].self, from: try JSONEncoder().encode([fault]))

        #expect(ReplayFault(text) == fault)
        #expect(fault.description == text)
        #expect(sent == [fault])
    }

    @Test(arguments: [
        "", ":", "none:", "none:1", "refuse:1", "cut", "cut:", "cut:-1", "cut:x", "cut: 1", "Cut:1", "stall",
        "stall:1:2", "delay:", "delay:1", "delay:61m", "status:", "status:399", "status:600", "status:+503",
        "status:0503", "status:503 ", "reset",
    ])
    func `what is none is refused`(text: String) {
        #expect(ReplayFault(text) == nil)
    }
}
