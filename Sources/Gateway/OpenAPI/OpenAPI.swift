package import Config
import HTTP
import JSON

/// The description of the API, generated from the table of endpoints.
///
/// - Source: OpenAPI Specification 3.1.
package enum OpenAPI {
    /// The body of `/openapi.json` on a listener with these groups and models, where sessions last so long.
    package static func document(
        groups: [Configuration.Listener.Group],
        models: [String],
        profile: Profile,
        sessionSeconds: Int,
        version: String,
    ) -> [UInt8] {
        JSONWriter.object {
            $0.member("openapi", "3.1.0")
            $0.member(
                "info",
                object: {
                    $0.member("title", "Gatehouse")
                    $0.member("version", version)
                }
            )
            $0.member(
                "paths",
                object: { for path in paths(groups) { write(path, groups, profile, to: &$0) } }
            )
            $0.member(
                "components",
                object: {
                    $0.member("schemas", object: { writeSchemas(models, sessionSeconds, to: &$0) })
                    $0.member("securitySchemes", raw: #"{"key":{"type":"http","scheme":"bearer"}}"#.utf8)
                }
            )
        }
    }

    /// The rows that a listener shows.
    static func rows(_ groups: [Configuration.Listener.Group]) -> [Endpoint.Row] {
        Endpoint.rows.filter { groups.contains($0.group) }
    }

    /// Paths in the order of the table, each once.
    private static func paths(_ groups: [Configuration.Listener.Group]) -> [String] {
        var seen: Set<String> = []
        return rows(groups).map(\.path).filter { seen.insert($0).inserted }
    }

    private static func write(
        _ path: String,
        _ groups: [Configuration.Listener.Group],
        _ profile: Profile,
        to paths: inout JSONWriter,
    ) {
        paths.member(
            path.replacing("...}", with: "}"),
            object: { methods in
                for row in rows(groups) where row.path == path {
                    methods.member(row.method.name.lowercased(), object: { write(row, profile, to: &$0) })
                }
            }
        )
    }

    private static func write(_ row: Endpoint.Row, _ profile: Profile, to writer: inout JSONWriter) {
        let operation = row.endpoint.operation
        writer.member("operationId", operationID(row))
        writer.member("summary", operation.summary)
        writer.member("tags", array: { $0.element(row.group.rawValue) })
        writer.member(
            "security",
            array: { list in
                guard !row.scopes.isEmpty else { return }
                list.element(object: { $0.member("key", array: { _ in }) })
            }
        )
        writer.member("parameters", array: { writeParameters(row, operation, to: &$0) })
        if let request = operation.request {
            writer.member(
                "requestBody",
                object: {
                    $0.member("required", true)
                    writeContent([("application/json", reference(request))], to: &$0)
                }
            )
        }
        writer.member("responses", object: { OpenAPIResponses(row, operation, profile).write(to: &$0) })
    }

    private static func operationID(_ row: Endpoint.Row) -> String {
        let words = row.path.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        return ([row.method.name.lowercased()] + words).joined(separator: "_")
    }

    private static func writeParameters(
        _ row: Endpoint.Row,
        _ operation: Operation,
        to list: inout JSONWriter,
    ) {
        if row.path.contains("{") {
            list.element(
                raw: #"{"name":"id","in":"path","required":true,"schema":{"type":"string","minLength":1}}"#
                    .utf8
            )
        }
        for parameter in operation.parameters {
            list.element(object: {
                $0.member("name", parameter.name)
                $0.member("in", "query")
                $0.member("description", parameter.about)
                $0.member("schema", raw: parameter.schema.utf8)
            })
        }
    }

    /// `content` of a body in these media types, each with its schema.
    static func writeContent(_ content: [(mediaType: String, schema: String)], to writer: inout JSONWriter) {
        writer.member(
            "content",
            object: { types in
                for (mediaType, schema) in content {
                    types.member(mediaType, object: { $0.member("schema", raw: schema.utf8) })
                }
            }
        )
    }

    static func reference(_ name: String) -> String { ##"{"$ref":"#/components/schemas/\##(name)"}"## }

    private static func writeSchemas(_ models: [String], _ sessionSeconds: Int, to writer: inout JSONWriter) {
        writer.member(
            "ModelName",
            object: { name in
                name.member("type", "string")
                name.member("minLength", 1)
                name.member("maxLength", 256)
                if !models.isEmpty {
                    name.member("enum", array: { for model in models { $0.element(model) } })
                }
            }
        )
        writer.member("RegisterRequest", raw: RequestSchemas.registration(sessionSeconds).utf8)
        for (name, schema) in RequestSchemas.all + OllamaSchemas.all + AnswerSchemas.all {
            writer.member(name, raw: schema.utf8)
        }
    }
}
