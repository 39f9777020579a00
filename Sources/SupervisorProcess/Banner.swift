import Config
import Posix

/// What somebody who started the daemon by hand wants to see: where it is, the key, and a line to try it.
struct Banner {
    private let configuration: Configuration
    private let keyPath: String
    private let version: String

    init(_ configuration: Configuration, keyPath: String, version: String) {
        self.configuration = configuration
        self.keyPath = keyPath
        self.version = version
    }

    /// `showsKey`: whether the key itself is printed, or only where it is.
    func text(showsKey: Bool) -> String {
        var lines = ["", "Gatehouse \(version) is ready."]
        lines += configuration.listeners.map { "  clients   \(url($0))" }
        if let agents = configuration.bridge.listen { lines.append("  agents    ws://\(agents)/agent") }
        lines.append("  key       \(key(showsKey))")
        lines.append("  models    \(models.joined(separator: ", "))")
        if let example { lines += ["  try       \(example)"] }
        return lines.joined(separator: "\n") + "\n\n"
    }

    /// Those of the configuration, and who has others.
    private var models: [String] {
        configuration.servedModels + configuration.openProviders.map { "* of \($0.name)" }
    }

    private var hasGeneratedKey: Bool { configuration.auth.keys.contains { $0.name == "generated" } }

    private func key(_ isShown: Bool) -> String {
        guard hasGeneratedKey else {
            return "one of \(configuration.auth.keys.map(\.name).joined(separator: ", "))"
        }
        guard isShown, let bytes = try? FileSystem.read(keyPath, limit: 65_536) else {
            return "in \(keyPath)"
        }
        return "\(KeyResolver.firstLine(bytes))   (in \(keyPath))"
    }

    private func url(_ listener: Configuration.Listener) -> String {
        switch listener.address {
        case .ipv4, .ipv6: "http://\(listener.address)"
        case .unix(let path): "http over \(path)"
        }
    }

    /// A model that needs nothing else to answer, if there is one.
    private var modelThatAnswers: String? {
        let models = configuration.servedModels
        return models.first { configuration.route(for: $0)?.provider.type.format == .echo } ?? models.first
    }

    /// A request that works when pasted into a shell; nil if there is no TCP listener or no model.
    private var example: String? {
        guard let model = modelThatAnswers,
            let listener = configuration.listeners.first(where: {
                $0.address.description.hasPrefix("unix:") == false
            })
        else { return nil }
        let key = hasGeneratedKey ? "$(cat \(keyPath))" : "$GATEHOUSE_API_KEY"
        let body = "{\"model\":\"\(model)\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]}"
        return "curl \(url(listener))/v1/chat/completions -H \"Authorization: Bearer \(key)\""
            + " -H 'Content-Type: application/json' -d '\(body)'"
    }
}
