/// What no file, log or reply may show, and only some kinds of children are told.
package struct ChildSecrets: Codable, Equatable, Sendable {
    /// What the bridge shows the hub that it dials; nil: nothing.
    package var hubToken: String?
    /// The API keys of providers, by the providers' names.
    package var providerKeys: [String: String] = [:]

    package init() {}

    package init(hubToken: String?) { self.hubToken = hubToken }

    package init(providerKeys: [String: String]) { self.providerKeys = providerKeys }
}

extension ChildSecrets: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
