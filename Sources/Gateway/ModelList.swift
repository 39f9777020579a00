import JSON
import Posix

/// The models that a client is shown, in the forms of the two APIs.
package enum ModelList {
    /// The body of `GET /v1/models`, in the order given.
    ///
    /// `created` is in seconds since 1970; models have no age of their own, so the daemon's start will do.
    package static func openAI(_ models: [String], created: Int) -> [UInt8] {
        JSONWriter.object {
            $0.member("object", "list")
            $0.member(
                "data",
                array: { list in
                    for model in models { list.element(object: { write(model, created, to: &$0) }) }
                }
            )
        }
    }

    /// The body of `GET /v1/models/{id}`.
    package static func openAI(_ model: String, created: Int) -> [UInt8] {
        JSONWriter.object { write(model, created, to: &$0) }
    }

    /// The body of `GET /api/tags`, in the order given; `modified` is in nanoseconds since 1970.
    package static func ollama(_ models: [String], modified: Int64) -> [UInt8] {
        let time = Timestamp.rfc3339(modified)
        return JSONWriter.object(escapesLineSeparators: true) {
            $0.member(
                "models",
                array: { list in
                    for model in models { list.element(object: { writeTag(model, time, to: &$0) }) }
                }
            )
        }
    }

    private static func write(_ model: String, _ created: Int, to writer: inout JSONWriter) {
        writer.member("id", model)
        writer.member("object", "model")
        writer.member("created", created)
        writer.member("owned_by", "gatehouse")
        writer.member("permission", array: { _ in })
        writer.member("root", model)
        writer.memberNull("parent")
    }

    /// Clients insist on a size and a digest; there is no file, so the name has to stand in for it.
    private static func writeTag(_ model: String, _ modified: String, to writer: inout JSONWriter) {
        writer.member("name", model)
        writer.member("model", model)
        writer.member("modified_at", modified)
        writer.member("size", 0)
        writer.member("digest", Digest.hexadecimal(Digest.sha256(model.utf8)))
        writer.member(
            "details",
            object: {
                $0.member("parent_model", "")
                $0.member("format", "gatehouse")
                $0.member("family", "gateway")
                $0.member("families", array: { $0.element("gateway") })
                $0.member("parameter_size", "Variable")
                $0.member("quantization_level", "N/A")
            }
        )
    }
}
