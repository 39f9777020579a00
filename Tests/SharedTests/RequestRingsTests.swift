import Posix
import Testing

@testable import Shared

@Suite struct RequestRingsTests {
    @Test func `a trace fits into its row`() {
        #expect(RequestTrace.bytes <= RequestRings.rowBytes - 8)
        #expect(RequestTrace.textLimits.allSatisfy { $0 < 256 })
    }

    @Test func `what one process keeps another finds, by either name`() throws {
        let rings = try RequestRings(build: "1")
        let copy = try RequestRings(mapping: try Descriptor.duplicate(rings.descriptor), build: "1")
        let trace = Self.trace("req-1", name: "theirs", at: 7)
        rings.append(trace, ring: 3)

        #expect(copy.find("req-1") == [trace])
        #expect(copy.find("theirs") == [trace])
        #expect(copy.find("req-2").isEmpty)
    }

    @Test func `the oldest make room, and the newest comes first`() throws {
        let rings = try RequestRings(build: "1")
        for number in 0..<(RequestRings.rows + 10) {
            rings.append(Self.trace("req-\(number)", name: "same", at: Int64(number)), ring: 0)
        }
        rings.append(Self.trace("other", name: "same", at: 1 << 40), ring: 63)

        #expect(rings.find("req-9").isEmpty)
        #expect(rings.find("req-10").count == 1)
        let found = rings.find("same")
        #expect(found.count == RequestRings.rows + 1)
        #expect(found.prefix(2).map(\.id) == ["other", "req-\(RequestRings.rows + 9)"])
    }

    @Test func `long texts are cut, and no character spoils the others`() throws {
        let rings = try RequestRings(build: "1")
        var trace = Self.trace("req-1", name: String(repeating: "ä", count: 100), at: 1)
        trace.message = String(repeating: "m", count: 500)
        rings.append(trace, ring: 0)

        let found = try #require(rings.find("req-1").first)
        #expect(found.name == String(repeating: "ä", count: 32))
        #expect(found.message == String(repeating: "m", count: 74))
        #expect(found.method == "POST")
    }

    @Test func `numbers keep their sign and size`() throws {
        var trace = Self.trace("req-1", name: "", at: .max)
        (trace.microseconds, trace.bytes, trace.status) = (Int.max, -1, 499)
        let rings = try RequestRings(build: "1")
        rings.append(trace, ring: 0)

        #expect(rings.find("req-1") == [trace])
    }

    @Test func `a ring that is none is passed over, and rubbish is no trap`() throws {
        let rings = try RequestRings(build: "1")
        rings.append(Self.trace("req-1", name: "", at: 1), ring: 64)
        #expect(rings.find("req-1").isEmpty)

        let rubbish = RequestTrace(reading: [UInt8](repeating: 0xff, count: RequestRings.rowBytes - 8))
        #expect(rubbish.at == -1)
    }

    private static func trace(_ id: String, name: String, at: Int64) -> RequestTrace {
        var trace = RequestTrace()
        (trace.id, trace.name, trace.at, trace.method, trace.path) = (
            id, name, at, "POST", "/v1/chat/completions"
        )
        return trace
    }
}
