import Transport

/// What `gatehousectl agent` was told.
struct AgentOptions: Equatable, Sendable {
    /// What a command gets on its standard input.
    enum Input: String, Sendable {
        /// The text of the user's last message.
        case last
        /// The whole request, one line of JSON.
        case json
    }

    static let usualURL = "ws://127.0.0.1:8787/agent"

    var models: [String] = []
    var url: WebSocketURL
    /// Nil: the key is looked for in the usual places.
    var keyFile: String?
    /// Nil: one is made up.
    var agentID: String?
    var input = Input.last
    /// The most commands that run at once.
    var concurrency = 16
    /// Nil: a command may run for ever.
    var timeout: TimeLimit?
    /// Names of variables that the command gets beside the usual ones.
    var environment: [String] = []
    /// Whether what the commands write to standard error is not shown.
    var isQuiet = false
    /// The program and its arguments.
    var command: [String] = []

    /// Understands all that stands behind the command's name.
    init(parsing words: [String]) throws(UsageError) {
        guard let url = WebSocketURL(Self.usualURL) else { preconditionFailure("the usual URL is one") }
        self.url = url
        var rest = words[...]
        while let word = rest.popFirst(), word != "--" { try take(word, &rest) }
        command = Array(rest)
        if models.isEmpty { throw .missingArgument(command: "agent", name: "--model NAME") }
        if command.isEmpty { throw .missingArgument(command: "agent", name: "-- COMMAND") }
    }

    private mutating func take(_ word: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
        let (name, inWord) = OptionWord.split(word)
        guard let option = AgentOption.rows.first(where: { $0.name == name }) else {
            throw word.hasPrefix("-") ? .unknownOption(word) : .missingSeparator(before: word)
        }
        if option.value == nil, inWord != nil { throw .unwantedValue(option: name) }
        let value = option.value == nil ? "" : try OptionWord.value(of: name, inWord, from: &rest)
        if let expected = option.take(&self, value) {
            throw .badValue(option: name, value: value, expected: expected)
        }
    }
}
