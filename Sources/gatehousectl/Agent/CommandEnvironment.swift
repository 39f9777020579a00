/// The variables a command is started with: few, so that no key of ours gets into a program by accident.
enum CommandEnvironment {
    static let passedOn = ["PATH", "HOME", "LANG", "TERM", "USER", "SHELL", "TZ", "TMPDIR"]
    static let model = "GATEHOUSE_MODEL"
    static let requestID = "GATEHOUSE_REQUEST_ID"

    /// The variables as `NAME=value`: the usual ones and those named in `extra`, as far as `value` knows them, and what
    /// the request is.
    static func make(model: String, requestID: String, extra: [String], value: (String) -> String?)
        -> [String]
    {
        let names =
            passedOn + extra.filter { ![Self.model, Self.requestID].contains($0) && !passedOn.contains($0) }
        return names.compactMap { name in value(name).map { "\(name)=\($0)" } }
            + ["\(Self.model)=\(model)", "\(Self.requestID)=\(requestID)"]
    }
}
