import FoundationEssentials
import TOML
import Testing

/// The published cases for TOML 1.0, where they are at hand beside the repository.
@Suite(.enabled(if: TOMLSuite.isPresent, "toml-test is not beside the repository"))
struct TOMLSuiteTests {
    @Test(arguments: TOMLSuite.cases(in: "valid/"))
    func `every valid text means what its JSON says`(path: String) throws {
        let bytes = try TOMLSuite.bytes(path)
        let expected = try JSONDecoder().decode(
            TypedJSON.self,
            from: Data(TOMLSuite.bytes(path.dropLast(5) + ".json")),
        )

        let (table, faults) = TOMLTable.parse(bytes)

        #expect(faults == [])
        #expect(TypedJSON(TOMLValue.Kind.table(table)) == expected)
    }

    @Test(arguments: TOMLSuite.cases(in: "invalid/"))
    func `every invalid text has a fault`(path: String) throws {
        let bytes = try TOMLSuite.bytes(path)

        let faults = TOMLTable.parse(bytes).faults

        #expect(!faults.isEmpty)
        #expect(faults == faults.sorted { $0.position < $1.position })
    }

    @Test(arguments: TOMLSuite.cases(in: "valid/"))
    func `a serialized table means the same`(path: String) throws {
        let table = TOMLTable.parse(try TOMLSuite.bytes(path)).table

        for entry in table.entries {
            let (again, faults) = TOMLTable.parse(Array("value = \(entry.value.serialized())".utf8))
            #expect(faults == [])
            #expect(again["value"].map { TypedJSON($0.kind) } == TypedJSON(entry.value.kind))
        }
    }
}

/// The files of toml-test that belong to TOML 1.0.
enum TOMLSuite {
    static let directory =
        URL(filePath: #filePath).resolvingSymlinksInPath().path()
        .split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/shared/data/toml-test"

    static var isPresent: Bool {
        FileManager.default.fileExists(atPath: directory + "/files-toml-1.0.0")
    }

    static func cases(in prefix: String) -> [String] {
        guard let list = try? bytes("files-toml-1.0.0") else { return [] }
        return String(decoding: list, as: UTF8.self).split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix(prefix) && $0.hasSuffix(".toml") }
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: directory + "/" + path)))
    }
}
