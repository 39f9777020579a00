import JSON

let seeds: [[UInt8]] =
    [
        #"{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true,"max_tokens":16}"#,
        #"[0,-0,1.5,-2e10,3E-2,9223372036854775807,-9223372036854775808,18446744073709551616,1e999]"#,
        #"["\u0000\"\\\/\b\f\n\r\t","\ud83d\ude00","\ud83d","\udc00\ud83d","é€😀","\u2028\u0085"]"#,
        #" { "a" : null , "b" : [ true , false , { } , [ ] ] , "a" : "\u0061" } "#,
        String(repeating: "[", count: 129),
        String(repeating: #"{"a":"#, count: 20) + "1" + String(repeating: "}", count: 20),
        #"{"usage":{"prompt_tokens":11,"completion_tokens":46,"details":{"cached":0,"audio":null}}}"#,
        #""a string alone, long enough for words of eight bytes""#,
    ]
    .map { Array($0.utf8) }

/// A text: if it is JSON, then all that can be asked of it, and the text written anew means the same.
@c
public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FuzzInput(data, count)
    let text = UnsafeRawBufferPointer(start: data, count: count)
    do throws(JSONError) {
        let document = try JSONDocument(parsing: input.bytes)
        expectSkimmed(text, document.root)
        expectReadPlainly(text, document.root)
        expectOwnBytes(of: document.root)
        expectRewritten(document, escapesLineSeparators: input.hash & 1 == 0)
        expectEdited(document)
    } catch {
        expect((0...count).contains(error.offset), "\(error)")
        expect(!error.description.isEmpty)
        expectSkimmed(text, nil)
        expectReadPlainly(text, nil)
    }
    return 0
}

/// Whoever skims a text finds the members that it has, and touches no byte beyond it even if it is no JSON.
private func expectSkimmed(_ text: UnsafeRawBufferPointer, _ root: JSONValue?) {
    var skimmer = JSONSkimmer(text)
    var found = 0
    while let member = skimmer.next() {
        found += 1
        expect(member.name.upperBound < text.count && member.value <= text.count, "a member outside")
        let end = skimmer.valueEnd(from: member.value) ?? member.value
        expect((member.value...text.count).contains(end), "a value outside")
        expect(skimmer.skipBlanks(from: end) <= text.count, "blanks outside")
    }
    guard let root, root.kind == .object else { return }
    expect(skimmer.isWhole, "an object is not whole")
    expect(found == members(of: root), "\(found) members of \(members(of: root))")
}

private func members(of value: JSONValue) -> Int {
    switch value.kind {
    case .null, .bool, .number, .string: 0
    case .array: value.elements.reduce(0) { $0 + members(of: $1) }
    case .object: value.members.reduce(0) { $0 + 1 + members(of: $1.value) }
    }
}

/// What passes for plain is an object, and has the numbers that it has.
private func expectReadPlainly(_ text: UnsafeRawBufferPointer, _ root: JSONValue?) {
    var reader = JSONPlainReader(text)
    var (found, sum) = (0, 0)
    while let member = reader.next() {
        found += 1
        sum &+= member.number ?? 0
    }
    guard reader.isWhole else { return }
    guard let root, root.kind == .object else { fatalError("plain, and yet no object") }
    expect(found == members(of: root), "\(found) members of \(members(of: root))")
    expect(sum == numbers(in: root), "another sum")
}

private func numbers(in value: JSONValue) -> Int {
    value.members.reduce(0) { $0 &+ ($1.value.int ?? numbers(in: $1.value)) }
}

/// A text that must be JSON, since it was made from JSON.
private func parsed(_ bytes: [UInt8], _ name: StaticString) -> JSONDocument {
    do throws(JSONError) {
        return try JSONDocument(parsing: bytes)
    } catch {
        fatalError("\(name): \(error): \(String(decoding: bytes, as: UTF8.self))")
    }
}

/// Every value is a JSON text by itself, and its numbers agree with each other.
private func expectOwnBytes(of value: JSONValue) {
    let raw = value.raw
    switch value.kind {
    case .null: expect(value.isNull && raw.count == 4)
    case .bool: expect(value.bool == (raw.count == 4))
    case .number:
        let text = String(decoding: raw, as: UTF8.self)
        if let int = value.int {
            expect(int.description == text || text == "-0", "\(text) is not \(int)")
            expect(value.double == Double(int), "\(text) is not \(int)")
        } else if let int = Int(text) {
            fatalError("\(text) is \(int)")
        }
    case .string:
        let text = value.string
        expect(text.map(value.isString) == true, "a string is not itself")
    case .array:
        var end = raw.startIndex
        for element in value.elements {
            expect(element.raw.startIndex > end && element.raw.endIndex < raw.endIndex, "element")
            end = element.raw.endIndex
            expectOwnBytes(of: element)
        }
    case .object:
        for (name, member) in value.members {
            expect(member.raw.startIndex > raw.startIndex && member.raw.endIndex < raw.endIndex)
            expect(value[name] != nil, "no member \(name)")
            expectOwnBytes(of: member)
        }
    }
}

private func expectRewritten(_ document: JSONDocument, escapesLineSeparators: Bool) {
    let text = rewritten(document.root, escapesLineSeparators)
    let again = parsed(text, "rewritten")
    expect(isEqual(again.root, document.root), String(decoding: text, as: UTF8.self))
    guard escapesLineSeparators else { return }
    let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
    expect(!scalars.contains { ["\u{85}", "\u{2028}", "\u{2029}"].contains($0) }, "a line separator")
}

private func rewritten(_ value: JSONValue, _ escapes: Bool) -> [UInt8] {
    var writer = JSONWriter(escapesLineSeparators: escapes)
    switch value.kind {
    case .null: writer.elementNull()
    case .bool: writer.element(value.bool)
    case .number: writer.element(raw: value.raw)
    case .string: writer.element(value.string)
    case .array:
        writer.array { for element in value.elements { $0.element(raw: rewritten(element, escapes)) } }
    case .object:
        writer.object {
            for (name, member) in value.members { $0.member(name, raw: rewritten(member, escapes)) }
        }
    }
    return writer.bytes
}

private func isEqual(_ one: JSONValue, _ other: JSONValue) -> Bool {
    guard one.kind == other.kind else { return false }
    switch one.kind {
    case .null: return true
    case .bool: return one.bool == other.bool
    case .number: return one.raw == other.raw
    case .string: return one.string.map { Array($0.utf8) } == other.string.map { Array($0.utf8) }
    case .array:
        return one.elements.count == other.elements.count
            && zip(one.elements, other.elements).allSatisfy(isEqual)
    case .object:
        return one.members.count == other.members.count
            && zip(one.members, other.members).allSatisfy {
                Array($0.name.utf8) == Array($1.name.utf8) && isEqual($0.value, $1.value)
            }
    }
}

/// Edits give JSON in which what was set is found and what was removed is not.
private func expectEdited(_ document: JSONDocument) {
    expect(document.replacing([]) == document.bytes, "changed by no edit")
    let root = document.root
    let replaced = parsed(document.replacing([.replace(root, with: Array("[7]".utf8))]), "replaced")
    expect(replaced.root.elements.first?.int == 7)
    let name = root.members.first?.name ?? "a"
    var edits = [JSONEdit.set(name: "new", in: root, to: Array("[1]".utf8)), .remove(name: name, in: root)]
    for (_, member) in root.members { edits.append(.set(name: "inner", in: member, to: Array("2".utf8))) }
    for element in root.elements {
        edits.append(.remove(name: "a", in: element))
        edits.append(.set(name: "a", in: element, to: Array("3".utf8)))
    }
    let edited = parsed(document.replacing(edits), "edited").root
    expect(edited.kind == root.kind)
    for element in edited.elements where element.kind == .object { expect(element["a"]?.int == 3) }
    guard root.kind == .object else { return }
    expect(name == "new" || edited["new"]?.elements.first?.int == 1, "what was set is not there")
    expect(edited[name] == nil, "what was removed is there")
    for (_, member) in edited.members where member.kind == .object { expect(member["inner"]?.int == 2) }
}
