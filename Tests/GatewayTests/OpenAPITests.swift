import Config
import Gateway
import HTTP
import JSON
import Testing

struct OpenAPITests {
    private func document() throws -> JSONValue {
        let bytes = OpenAPI.document(
            groups: [.openai, .ollama, .manage, .admin],
            models: ["m"],
            profile: .default,
            sessionSeconds: 300,
            version: "1"
        )
        return try JSONDocument(parsing: bytes).root
    }

    @Test func `every endpoint is described`() throws {
        let paths = try #require(document()["paths"])
        for row in Endpoint.rows {
            let path = paths[row.path.replacing("...}", with: "}")]
            let operation = path?[row.method.name.lowercased()]
            #expect(operation?["summary"]?.string?.isEmpty == false, "\(row.path)")
            #expect(operation?["security"]?.elements.isEmpty == row.scopes.isEmpty, "\(row.path)")
        }
        #expect(paths.members.count == Set(Endpoint.rows.map(\.path)).count)
    }

    @Test func `every reference leads somewhere`() throws {
        let root = try document()
        let schemas = try #require(root["components"]?["schemas"])
        let references = String(decoding: root.raw, as: UTF8.self).split(separator: "#/components/schemas/")
        for reference in references.dropFirst() {
            let name = String(reference.prefix { $0 != "\"" })
            #expect(schemas[name] != nil, "\(name)")
        }
    }

    @Test func `names of operations are unique, and models are named`() throws {
        let root = try document()
        let ids = root["paths"]?.members.flatMap { path in
            path.value.members.compactMap { $0.value["operationId"]?.string }
        }
        #expect(Set(try #require(ids)).count == ids?.count)
        #expect(root["components"]?["schemas"]?["ModelName"]?["enum"]?.elements.map(\.string) == ["m"])
    }

    @Test func `a listener describes what it shows`() throws {
        let bytes = OpenAPI.document(
            groups: [.openai],
            models: [],
            profile: .default,
            sessionSeconds: 300,
            version: "1"
        )
        let paths = try JSONDocument(parsing: bytes).root["paths"]
        #expect(paths?["/v1/models"] != nil)
        #expect(paths?["/api/tags"] == nil)
        #expect(String(decoding: OpenAPIPage.html([.ollama]), as: UTF8.self).contains("/api/tags"))
    }
}
