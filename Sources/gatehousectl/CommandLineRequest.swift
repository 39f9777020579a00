import Config
import IPC

/// What was typed, understood.
enum CommandLineRequest: Equatable {
    /// To be printed; nothing else happens.
    case show(String)
    case control(ControlOrder)
    case agent(AgentOptions)

    /// This program's own version.
    static let version = "gatehousectl \(Release.version)"

    /// Understands the arguments that stand behind the program's name.
    init(parsing words: [String]) throws(UsageError) {
        var rest = words[...]
        var socket: String?
        var isJSON = false
        while let word = rest.first, word.hasPrefix("-") {
            rest.removeFirst()
            let (name, value) = OptionWord.split(word)
            switch name {
            case "--socket": socket = try OptionWord.value(of: name, value, from: &rest)
            case "--json" where value == nil: isJSON = true
            case "--version" where value == nil:
                self = .show(Self.version)
                return
            case "--help" where value == nil, "-h" where value == nil:
                self = .show(HelpText.overview)
                return
            default: throw .unknownOption(word)
            }
        }
        guard let name = rest.popFirst() else { throw .noCommand }
        guard let command = CommandTable.row(name) else { throw .unknownCommand(name) }
        try self.init(command, Array(rest), socket: socket, isJSON: isJSON)
    }

    private init(_ command: Command, _ words: [String], socket: String?, isJSON: Bool) throws(UsageError) {
        if words.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
            self = .show(HelpText.of(command))
            return
        }
        switch command.arguments {
        case .program:
            self = .agent(try AgentOptions(parsing: words))
            return
        case .topic:
            self = .show(try Self.topic(words))
            return
        case .options(let allowed):
            if let word = words.first(where: { !allowed.contains($0) }) {
                throw .unwantedArgument(word, command: command.name)
            }
        case .signal:
            try Self.refuseOptions(words, command)
            if words.isEmpty { throw .missingArgument(command: command.name, name: "a signal, such as TERM") }
            if words.count < 2 { throw .missingArgument(command: command.name, name: "a NAME, or all") }
        case .keys:
            let key = NewKey(name: try Self.keyName(words, command))
            self = .show(isJSON ? key.json : key.text)
            return
        case .settings(let values, let flags):
            let settings = try Self.settings(words, command, values, flags)
            let request = ControlRequest(command: command.name, arguments: settings)
            self = .control(ControlOrder(request: request, socket: socket, isJSON: isJSON))
            return
        case .database:
            self = .control(try Self.database(words, command, socket, isJSON))
            return
        case .none: if let word = words.first { throw .unwantedArgument(word, command: command.name) }
        case .sessions:
            try Self.refuseOptions(words, command)
            if let word = words.first, word != "revoke" {
                throw .unwantedArgument(word, command: command.name)
            }
            if words.count == 1 { throw .missingArgument(command: "sessions revoke", name: "ids, or all") }
        case .one(let name):
            try Self.refuseOptions(words, command)
            if words.isEmpty { throw .missingArgument(command: command.name, name: name) }
            if words.count > 1 { throw .unwantedArgument(words[1], command: command.name) }
        case .names: try Self.refuseOptions(words, command)
        case .someNames:
            try Self.refuseOptions(words, command)
            if words.isEmpty { throw .missingArgument(command: command.name, name: "a NAME, or all") }
        case .tail: try Self.checkTail(words, command)
        }
        let request = ControlRequest(command: command.name, arguments: words)
        self = .control(ControlOrder(request: request, socket: socket, isJSON: isJSON))
    }

    /// `--by key --follow` as `by=key` and `follow`.
    private static func settings(
        _ words: [String],
        _ command: Command,
        _ values: [String],
        _ flags: [String],
    ) throws(UsageError) -> [String] {
        var (rest, settings) = (words[...], [String]())
        while let word = rest.popFirst() {
            let (option, value) = OptionWord.split(word)
            let name = String(option.dropFirst(2))
            guard option.hasPrefix("--") else { throw .unwantedArgument(word, command: command.name) }
            if flags.contains(name) {
                if value != nil { throw .unwantedValue(option: option) }
                settings.append(name)
            } else if values.contains(name) {
                settings.append("\(name)=\(try OptionWord.value(of: option, value, from: &rest))")
            } else {
                throw .misplacedOption(option, command: command.name)
            }
        }
        return settings
    }

    private static func database(
        _ words: [String],
        _ command: Command,
        _ socket: String?,
        _ isJSON: Bool,
    ) throws(UsageError) -> ControlOrder {
        guard let verb = words.first else {
            throw .missingArgument(command: command.name, name: "export or import")
        }
        guard ["export", "import"].contains(verb) else {
            throw .unwantedArgument(verb, command: command.name)
        }
        let most = verb == "import" ? 2 : 1
        if words.count > most { throw .unwantedArgument(words[most], command: command.name) }
        let request = ControlRequest(command: command.name, arguments: [verb])
        var order = ControlOrder(request: request, socket: socket, isJSON: isJSON)
        if verb == "import" { order.rows = words.count == 2 ? words[1] : "-" }
        return order
    }

    private static func topic(_ words: [String]) throws(UsageError) -> String {
        guard let name = words.first else { return HelpText.overview }
        if words.count > 1 { throw .unwantedArgument(words[1], command: "help") }
        guard let command = CommandTable.row(name) else { throw .unknownCommand(name) }
        return HelpText.of(command)
    }

    private static func keyName(_ words: [String], _ command: Command) throws(UsageError) -> String {
        try refuseOptions(words, command)
        guard words.first == "new" else {
            if let word = words.first { throw .unwantedArgument(word, command: command.name) }
            throw .missingArgument(command: command.name, name: "new")
        }
        if words.count > 2 { throw .unwantedArgument(words[2], command: command.name) }
        guard words.count == 2 else { return CommandTable.keyName }
        guard Configuration.isName(words[1]) else {
            throw .badValue(
                option: "NAME",
                value: words[1],
                expected: "must be a name that the configuration takes"
            )
        }
        return words[1]
    }

    private static func refuseOptions(_ words: [String], _ command: Command) throws(UsageError) {
        if let word = words.first(where: { $0.hasPrefix("-") }) {
            throw .misplacedOption(word, command: command.name)
        }
    }

    private static func checkTail(_ words: [String], _ command: Command) throws(UsageError) {
        let (options, names) = (words.filter { $0.hasPrefix("-") }, words.filter { !$0.hasPrefix("-") })
        for option in options where option != "-f" {
            let digits = option.dropFirst()
            guard !digits.isEmpty, digits.utf8.allSatisfy({ 48...57 ~= $0 }), Int(digits) != nil else {
                throw .misplacedOption(option, command: command.name)
            }
        }
        if names.isEmpty { throw .missingArgument(command: command.name, name: "one NAME") }
        if names.count > 1 { throw .unwantedArgument(names[1], command: command.name) }
    }
}
