import JSON
import Testing

@testable import Gateway

@Suite struct UsageQueryTests {
    @Test func `what is typed becomes a query`() throws {
        let given = [
            "by": "day,key", "from": "2026-01-31", "to": "2026-02-01T12:00:00Z", "key": "ci", "model": "m",
        ]
        let query = try UsageQuery { given[$0] }

        #expect(
            query
                == UsageQuery(
                    by: [.day, .key],
                    from: 1_769_817_600_000,
                    to: 1_769_947_200_000,
                    key: "ci",
                    model: "m"
                )
        )
        #expect(try UsageQuery { _ in nil } == UsageQuery(by: [.key, .model]))
        #expect(try UsageQuery { ["by": ""][$0] }.groups == [])
    }

    @Test(arguments: [
        ("by", "week"), ("by", "key,key"), ("from", "yesterday"), ("to", "2026-02-30"), ("from", ""),
        ("from", "1\nx = 2"), ("to", "12:00:00"),
    ])
    func `what cannot be used is named`(parameter: String, value: String) {
        let fault = #expect(throws: FieldFault.self) { try UsageQuery { $0 == parameter ? value : nil } }

        #expect(fault?.parameter == parameter)
    }

    @Test(arguments: [
        UsageQuery(), UsageQuery(by: [.model], from: 1, to: 2, key: "k\"", model: "m\n"),
        UsageQuery(by: [.day], to: 5),
    ])
    func `a query travels as JSON`(query: UsageQuery) throws {
        #expect(UsageQuery(try JSONDocument(parsing: query.serialized()).root) == query)
    }

    @Test func `what is no object is no query`() throws {
        #expect(UsageQuery(try JSONDocument(parsing: Array("[]".utf8)).root) == nil)
    }
}
