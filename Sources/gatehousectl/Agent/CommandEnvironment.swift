/// The variables a command is started with: few, so that no key of ours gets into a program by accident.
enum CommandEnvironment {
    static let passedOn = ["PATH", "HOME", "LANG", "TERM", "USER", "SHELL", "TZ", "TMPDIR"]
    static let model = "GATEHOUSE_MODEL"
    static let requestID = "GATEHOUSE_REQUEST_ID"

    /// - Parameters:
    ///   - extra: names that were asked for; those without a value are left out.
    ///   - value: what a name stands for here.
    static func make(model: String, requestID: String, extra: [String], value: (String) -> String?) -> [String] {
        let names = passedOn + extra.filter { ![Self.model, Self.requestID].contains($0) && !passedOn.contains($0) }
        return names.compactMap { name in value(name).map { "\(name)=\($0)" } }
            + ["\(Self.model)=\(model)", "\(Self.requestID)=\(requestID)"]
    }
}
