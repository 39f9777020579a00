import JSON

/// The tool calls of an answer, put together from their pieces.
///
///     {"index":0,"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\""}}
///     {"index":0,"function":{"arguments":":1}"}}
struct ToolCalls {
    private struct Call {
        let index: Int
        var id: [UInt8]?
        var type: [UInt8]?
        /// Inside of a JSON string, spelled as it came, so that characters cut in two escapes come together.
        var name: [UInt8] = []
        var arguments: [UInt8] = []
    }

    private var calls: [Call] = []
    private var places: [Int: Int] = [:]
    /// The bytes that are held.
    private(set) var size = 0

    var isEmpty: Bool { calls.isEmpty }

    /// Adds what an array of tool calls, or of pieces of them, says.
    mutating func add(_ list: JSONValue) {
        for (position, piece) in list.elements.enumerated() {
            let place = place(of: piece["index"]?.int ?? position)
            if let id = piece["id"], id.kind == .string { calls[place].id = Array(id.raw) }
            if let type = piece["type"], type.kind == .string { calls[place].type = Array(type.raw) }
            if let name = piece["function"]?["name"], name.kind == .string {
                calls[place].name += name.raw.dropFirst().dropLast()
            }
            if let arguments = piece["function"]?["arguments"] {
                calls[place].arguments += Self.inside(arguments)
            }
            size += piece.raw.count
        }
    }

    /// The calls as OpenAI has them; in a stream each has its index.
    func writeOpenAI(hasIndex: Bool, to list: inout JSONWriter) {
        for (index, call) in calls.enumerated() {
            list.element(object: {
                if hasIndex { $0.member("index", index) }
                $0.member("id", raw: call.id ?? JSONWriter.quoted("call_\(index)"))
                $0.member("type", raw: call.type ?? JSONWriter.quoted("function"))
                $0.member(
                    "function",
                    object: {
                        $0.member("name", raw: Self.quoted(call.name))
                        $0.member("arguments", raw: Self.quoted(call.arguments))
                    }
                )
            })
        }
    }

    /// The calls as Ollama has them, the arguments as objects.
    func writeOllama(to list: inout JSONWriter) {
        for (index, call) in calls.enumerated() {
            list.element(object: {
                if let id = call.id { $0.member("id", raw: id) }
                $0.member(
                    "function",
                    object: {
                        $0.member("index", index)
                        $0.member("name", raw: Self.quoted(call.name))
                        $0.member("arguments", raw: Self.object(call.arguments))
                    }
                )
            })
        }
    }

    private mutating func place(of index: Int) -> Int {
        if let place = places[index] { return place }
        places[index] = calls.count
        calls.append(Call(index: index))
        return calls.count - 1
    }

    /// Arguments are a string; some agents send the object itself.
    private static func inside(_ arguments: JSONValue) -> ArraySlice<UInt8> {
        switch arguments.kind {
        case .string: arguments.raw.dropFirst().dropLast()
        case .object: JSONWriter.quoted(String(decoding: arguments.raw, as: UTF8.self)).dropFirst().dropLast()
        case .null, .bool, .number, .array: []
        }
    }

    /// The object that the arguments spell; what spells none is kept as its only member.
    private static func object(_ arguments: [UInt8]) -> [UInt8] {
        let text = (try? JSONDocument(parsing: quoted(arguments)))?.root.string ?? ""
        guard text.utf8.contains(where: { $0 > 0x20 }) else { return Array("{}".utf8) }
        guard let root = (try? JSONDocument(parsing: Array(text.utf8)))?.root, root.kind == .object else {
            return JSONWriter.object { $0.member("arguments", text) }
        }
        return JSONLine.flattened(root.raw)
    }

    private static func quoted(_ inside: [UInt8]) -> [UInt8] {
        [UInt8(ascii: "\"")] + inside + [UInt8(ascii: "\"")]
    }
}
