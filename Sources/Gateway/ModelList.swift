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

    /// The body of `GET /api/ps`: what can answer now, until `expires`; both times are in nanoseconds since 1970.
    package static func ollamaRunning(
        _ models: [(name: String, contextLength: Int?)],
        modified: Int64,
        expires: Int64
    )
        -> [UInt8]
    {
        let (time, end) = (Timestamp.rfc3339(modified), Timestamp.rfc3339(expires))
        return JSONWriter.object(escapesLineSeparators: true) {
            $0.member(
                "models",
                array: { list in
                    for model in models {
                        list.element(object: {
                            writeTag(model.name, time, to: &$0)
                            $0.member("expires_at", end)
                            $0.member("size_vram", 0)
                            $0.member("context_length", model.contextLength ?? 0)
                        })
                    }
                }
            )
        }
    }

    /// The body of `POST /api/show`.
    ///
    /// Clients look for the architecture, for its context length, and for what it can do.
    package static func ollama(_ model: String, contextLength: Int?, maxTokens: Int, modified: Int64)
        -> [UInt8]
    {
        JSONWriter.object(escapesLineSeparators: true) {
            $0.member("license", "")
            $0.member("modelfile", "FROM \(model)\n")
            $0.member("parameters", "num_predict \(maxTokens)")
            $0.member("template", "{{ .Prompt }}")
            $0.member("system", "")
            $0.member("details", object: writeDetails)
            $0.member(
                "model_info",
                object: {
                    $0.member("general.architecture", architecture)
                    if let contextLength { $0.member("\(architecture).context_length", contextLength) }
                }
            )
            $0.member(
                "capabilities",
                array: {
                    $0.element("completion")
                    $0.element("tools")
                }
            )
            $0.member("modified_at", Timestamp.rfc3339(modified))
        }
    }

    private static let architecture = "gatehouse"

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
        writer.member("digest", Digest.hexadecimal(Digest.sha256(Array(model.utf8))))
        writer.member("details", object: writeDetails)
    }

    private static func writeDetails(to writer: inout JSONWriter) {
        writer.member("parent_model", "")
        writer.member("format", "gatehouse")
        writer.member("family", "gateway")
        writer.member("families", array: { $0.element("gateway") })
        writer.member("parameter_size", "Variable")
        writer.member("quantization_level", "N/A")
    }
}
