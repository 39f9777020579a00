/// What no file, log or reply may show, and only some kinds of children are told.
package struct ChildSecrets: Codable, Equatable, Sendable {
    /// What the bridge shows the hub that it dials; nil: nothing.
    package var hubToken: String?
    /// The API keys of providers, by the providers' names.
    package var providerKeys: [String: String] = [:]
    /// The digests of files that are read by whoever needs them, by the keys that name them: `listeners.main.tls_cert`.
    package var files: [String: String] = [:]

    package init() {}

    package init(hubToken: String?) { self.hubToken = hubToken }

    package init(providerKeys: [String: String], files: [String: String]) {
        (self.providerKeys, self.files) = (providerKeys, files)
    }

    /// What differs from `old`, without saying how.
    package func changes(from old: ChildSecrets) -> [String] {
        let files = Set(files.keys).union(old.files.keys).filter { self.files[$0] != old.files[$0] }
        let keys = Set(providerKeys.keys).union(old.providerKeys.keys)
            .filter { providerKeys[$0] != old.providerKeys[$0] }.map { "providers.\($0).api_key" }
        let token = hubToken == old.hubToken ? [] : ["bridge.token"]
        return (files + keys + token).sorted().map { "\($0): changed" }
    }
}

extension ChildSecrets: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
