import Testing

@testable import JSON

@Suite(.enabled(if: !JSONTestSuite.names.isEmpty, "shared/data/json-test-suite is not there"))
struct JSONSkimmerAgreementTests {
    /// The members of a value, and of all inside of it, as a skimmer finds them.
    private func members(of value: JSONValue, depth: Int) -> [String] {
        let inside = value.elements.flatMap { members(of: $0, depth: depth + 1) }
        return value.members.reduce(into: inside) { found, member in
            found.append("\(depth) \(member.name.utf8.count)@\(member.value.raw.startIndex)")
            found += members(of: member.value, depth: depth + 1)
        }
    }

    @Test(arguments: JSONTestSuite.names("y_"))
    func `the members of a valid text are those of its document`(name: String) throws {
        let bytes = try JSONTestSuite.bytes(name)
        let document = try JSONDocument(parsing: bytes)
        let found = bytes.withUnsafeBytes { all in
            var skimmer = JSONSkimmer(all)
            var found: [String] = []
            while let member = skimmer.next() {
                let quoted = Array(all[member.name.lowerBound - 1..<member.name.upperBound + 1])
                let name = (try? JSONDocument(parsing: quoted))?.root.string
                found.append("\(member.depth) \(name?.utf8.count ?? -1)@\(member.value)")
            }
            #expect(skimmer.isWhole)
            return found
        }

        #expect(found == members(of: document.root, depth: 1))
    }

    @Test(arguments: JSONTestSuite.names)
    func `any text is skimmed within its bounds`(name: String) throws {
        let bytes = try JSONTestSuite.bytes(name)
        let whole = JSONSkimmerTests.Skimmed(bytes)

        #expect(whole.members.count <= bytes.count)
    }
}
