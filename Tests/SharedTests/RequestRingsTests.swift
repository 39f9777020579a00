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
        Self.keep("req-1", name: "theirs", at: 7, in: rings, ring: 3)

        let found = try #require(copy.find("req-1").first)
        #expect((found.id, found.name, found.at, found.worker) == ("req-1", "theirs", 7, 3))
        #expect((found.method, found.path, found.client) == ("POST", "/v1/chat/completions", "127.0.0.1"))
        #expect((found.key, found.model, found.provider, found.error) == ("ci", "", "echo", ""))
        #expect((found.generation, found.processID) == (5, 6))
        #expect(copy.find("theirs") == [found])
        #expect(copy.find("req-2").isEmpty)
    }

    @Test func `the oldest make room, and the newest comes first`() throws {
        let rings = try RequestRings(build: "1")
        for number in 0..<(RequestRings.rows + 10) {
            Self.keep("req-\(number)", name: "same", at: Int64(number), in: rings)
        }
        Self.keep("other", name: "same", at: 1 << 40, in: rings, ring: 63)

        #expect(rings.find("req-9").isEmpty)
        #expect(rings.find("req-10").count == 1)
        let found = rings.find("same")
        #expect(found.count == RequestRings.rows + 1)
        #expect(found.prefix(2).map(\.id) == ["other", "req-\(RequestRings.rows + 9)"])
    }

    @Test func `long texts are cut, and no character spoils the others`() throws {
        let rings = try RequestRings(build: "1")
        let (name, message) = (String(repeating: "ä", count: 100), String(repeating: "m", count: 500))
        Self.keep("req-1", name: name, at: 1, message: message, in: rings)

        let found = try #require(rings.find("req-1").first)
        #expect(found.name == String(repeating: "ä", count: 32))
        #expect(found.message == String(repeating: "m", count: 74))
        #expect(found.method == "POST")
    }

    @Test func `numbers keep their sign and size`() throws {
        let rings = try RequestRings(build: "1")
        Self.keep("req-1", name: "", at: .max, microseconds: .max, bytes: -1, status: 499, in: rings)

        let found = try #require(rings.find("req-1").first)
        #expect((found.at, found.microseconds, found.bytes, found.status) == (.max, .max, -1, 499))
    }

    @Test func `a ring that is none is passed over, and rubbish is no trap`() throws {
        let rings = try RequestRings(build: "1")
        Self.keep("req-1", name: "", at: 1, in: rings, ring: 64)
        #expect(rings.find("req-1").isEmpty)

        let rubbish = RequestTrace(reading: [UInt8](repeating: 0xff, count: RequestRings.rowBytes - 8))
        #expect(rubbish.at == -1)
    }

    private static func keep(
        _ id: String,
        name: String,
        at: Int64,
        microseconds: Int = 0,
        bytes: Int = 0,
        status: Int = 0,
        message: String? = nil,
        in rings: RequestRings,
        ring: Int = 0
    ) {
        rings.append(ring: ring) {
            $0.write(
                at: at,
                microseconds: microseconds,
                bytes: bytes,
                status: status,
                generation: 5,
                worker: ring,
                processID: 6,
                id: id,
                name: name,
                method: "POST",
                path: ArraySlice("/v1/chat/completions".utf8),
                client: "127.0.0.1",
                key: "ci",
                model: nil,
                provider: "echo",
                error: nil,
                message: message
            )
        }
    }
}
