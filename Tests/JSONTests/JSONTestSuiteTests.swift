import FoundationEssentials
import Testing

@testable import JSON

/// The texts of JSONTestSuite, which lie beside the repository: y_ must parse, n_ must not, i_ may.
struct JSONTestSuite {
    static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "shared/data/json-test-suite")

    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".json") }.sorted()

    static func names(_ prefix: String) -> [String] { names.filter { $0.hasPrefix(prefix) } }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))
    }
}

@Suite(.enabled(if: !JSONTestSuite.names.isEmpty, "shared/data/json-test-suite is not there"))
struct JSONTestSuiteTests {
    @Test func `the suite has texts of every kind`() {
        #expect(JSONTestSuite.names("y_").count >= 95)
        #expect(JSONTestSuite.names("n_").count >= 188)
        #expect(JSONTestSuite.names("i_").count >= 35)
    }

    @Test(arguments: JSONTestSuite.names("y_"))
    func `a valid text parses and keeps its bytes`(name: String) throws {
        let bytes = try JSONTestSuite.bytes(name)
        let document = try JSONDocument(parsing: bytes)
        #expect(document.replacing([]) == bytes)
        #expect(bytes.contains(document.root.raw))
    }

    @Test(arguments: JSONTestSuite.names("n_"))
    func `an invalid text is refused within its bounds`(name: String) throws {
        let bytes = try JSONTestSuite.bytes(name)
        let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: bytes) }
        #expect(try #require(error).offset <= bytes.count)
    }

    @Test(arguments: JSONTestSuite.names("i_"))
    func `a text that may go either way is read without a crash`(name: String) throws {
        let bytes = try JSONTestSuite.bytes(name)
        guard let document = try? JSONDocument(parsing: bytes) else { return }
        for value in document.root.elements { _ = (value.string, value.int, value.double) }
        for member in document.root.members { _ = (member.name, member.value.string) }
    }
}
