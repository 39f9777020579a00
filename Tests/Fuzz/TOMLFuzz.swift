import Config
import TOML

/// The example of every key and small texts for what no configuration needs.
let seeds: [[UInt8]] =
    ([
        "a.b.c = 1\n[a.d]\n'x' = +0x_f\n",
        "s = \"\\u00e9\\U0001F600\\t\"\nm = \"\"\"\na\\\n  b\"\"\"\"\nl = '''\n'x''''\n",
        "n = [1_000, -0, 0xDEAD_beef, 0o17, 0b1, 9223372036854775807]\nf = [1.5e-3, -inf, nan, 6.02E+23]\n",
        "d = [2027-01-31, 07:32:00.999, 1979-05-27 07:32:00, 1979-05-27T00:32:00.9-07:00]\n",
        "t = { a.b = 1, c = [ {}, { d = true } ] } # end\r\n[[x.y]]\nz = 1\n[[x.y]]\n[x.y.q]\n",
        "\u{FEFF}[a]\n[a]\nb = \nc = \"\n[d\n[[e]\n= 1\n",
    ] + Sample.everyKey.split(separator: "\n\n").map(String.init)).map { Array($0.utf8) }

/// A text: if it is TOML, then written anew it means the same; and as a configuration it is checked and shown.
@c
public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FuzzInput(data, count)
    let bytes = input.bytes
    let (table, faults) = TOMLTable.parse(bytes)
    for fault in faults {
        expect(fault.position >= TOMLPosition(line: 1, column: 1) && !fault.error.message.isEmpty)
        expect(fault.position.line <= 1 + bytes.count { $0 == UInt8(ascii: "\n") }, "\(fault)")
    }
    if faults.isEmpty { expectRewritten(table) }
    // It takes many times as long as parsing.
    if input.hash % 32 == 0 { check(bytes, hasSyntaxFaults: !faults.isEmpty) }
    return 0
}

private func expectRewritten(_ table: TOMLTable) {
    let text = table.entries
        .map { "\(TOMLTable.serialized(key: $0.key)) = \($0.value.serialized())\n" }.joined()
    let (again, faults) = TOMLTable.parse(Array(text.utf8))
    // What headers and dotted keys nested, inline tables nest too, and the parser's limit is for each.
    let isTooDeep = faults.contains { if case .tooDeep = $0.error { true } else { false } }
    guard !isTooDeep else { return }
    expect(faults.isEmpty, "\(faults) in \(text)")
    expect(isEqual(table, again), text)
}

private func isEqual(_ one: TOMLTable, _ other: TOMLTable) -> Bool {
    one.entries.count == other.entries.count
        && zip(one.entries, other.entries).allSatisfy {
            Array($0.key.utf8) == Array($1.key.utf8) && isEqual($0.value, $1.value)
        }
}

private func isEqual(_ one: TOMLValue, _ other: TOMLValue) -> Bool {
    switch (one.kind, other.kind) {
    case (.string(let one), .string(let other)): one.utf8.elementsEqual(other.utf8)
    case (.float(let one), .float(let other)): one == other || one.isNaN && other.isNaN
    case (.array(let one), .array(let other)): one.count == other.count && zip(one, other).allSatisfy(isEqual)
    case (.table(let one), .table(let other)): isEqual(one, other)
    default: one.kind == other.kind
    }
}

private func check(_ bytes: [UInt8], hasSyntaxFaults: Bool) {
    switch Configuration.check(bytes, environment: { $0 == "HOST" ? "127.0.0.1" : nil }) {
    case .invalid(let faults):
        expect(!faults.isEmpty, "refused for nothing")
        for fault in faults { expect(fault.line > 0 && fault.column > 0, "\(fault)") }
    case .valid(let configuration, _):
        expect(!hasSyntaxFaults, "faults of syntax were forgotten")
        expect(!configuration.listeners.isEmpty)
        expect(configuration.diff(from: configuration).isEmpty, "it differs from itself")
        for model in configuration.servedModels { _ = configuration.route(for: model) }
        let printed = TOMLTable.parse(Array(Configuration.printed(bytes).utf8))
        expect(printed.faults.isEmpty, "\(printed.faults)")
    }
}
