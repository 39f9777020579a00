import Config
import Gateway
import IPC
import Log
import Posix

/// Turns keys named by file or environment variable into digests, so that no process but this one sees a clear key,
/// and this one only for a moment.
struct KeyResolver {
    /// Where the key is kept that is made when none is configured.
    let generatedKeyPath: String
    let log: Logger

    /// The configuration with every key's digest in it; with a key made for it if it has none.
    ///
    /// `isRehearsal`: nothing is written.
    func resolve(_ configuration: Configuration, isRehearsal: Bool) throws(ChildFault) -> Configuration {
        var resolved = configuration
        for index in resolved.auth.keys.indices {
            let key = resolved.auth.keys[index]
            resolved.auth.keys[index].source = try resolve(key.source, name: key.name)
        }
        if resolved.auth.keys.isEmpty { resolved.auth.keys = [try generated(isRehearsal: isRehearsal)] }
        return resolved
    }

    private func resolve(_ source: KeySource, name: String) throws(ChildFault) -> KeySource {
        switch source {
        case .digests(let digests):
            if digests.contains(where: Secret.isCommon) {
                warn(of: name, "it is one of those that are tried first")
            }
            return source
        case .file(let path): return .digests([try digest(ofFile: path, name: name)])
        case .environment(let variable):
            guard let key = ProcessInformation.environment(variable), !key.isEmpty else {
                throw ChildFault("auth.keys.\(name): the environment variable \(variable) is not set")
            }
            return .digests([digest(key, name: name)])
        }
    }

    private func digest(_ key: String, name: String) -> String {
        let secret = Secret(key.utf8)
        if let weakness = secret.weakness { warn(of: name, weakness) }
        return secret.digest
    }

    private func warn(of name: String, _ reason: String) {
        log.warning(
            "weak key",
            ["key": .init(name), "reason": .init(reason), "see": "gatehousectl keys new"]
        )
    }

    private func digest(ofFile path: String, name: String) throws(ChildFault) -> String {
        do throws(Errno) {
            let key = Self.firstLine(try FileSystem.read(path, limit: 65_536))
            if let mode = FileSystem.mode(path), mode & 0o077 != 0 {
                log.warning("others can read a key", ["file": .init(path)])
            }
            if key.isEmpty { throw Errno("the first line is empty: \(path)", code: 22) }
            return digest(key, name: name)
        } catch {
            throw ChildFault("auth.keys.\(name): \(error)")
        }
    }

    /// The key in the file that is there, else a new one; it may do everything, serve as any agent too.
    private func generated(isRehearsal: Bool) throws(ChildFault) -> Configuration.Auth.Key {
        do throws(Errno) {
            if !FileSystem.exists(generatedKeyPath) {
                if isRehearsal { return Configuration.Auth.Key(name: "generated", source: .digests([])) }
                let line = Secret.generate().bytes + [UInt8(ascii: "\n")]
                try FileSystem.replace(generatedKeyPath, with: line, mode: 0o600)
            }
            let key = Self.firstLine(try FileSystem.read(generatedKeyPath, limit: 65_536))
            var row = Configuration.Auth.Key(name: "generated", source: .digests([Self.digest(key)]))
            row.agentModels = .all
            row.scopes = Configuration.Auth.Key.Scope.allCases
            return row
        } catch {
            throw ChildFault("the generated key: \(error)")
        }
    }

    /// The key of ``generated()``, for `gatehousectl key` and the terminal.
    static func firstLine(_ bytes: [UInt8]) -> String {
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return String(decoding: line, as: UTF8.self)
    }

    private static func digest(_ key: String) -> String { Secret(key.utf8).digest }

    /// The secrets that a configuration names by file or environment variable.
    func secrets(_ configuration: Configuration) throws(ChildFault) -> ChildSecrets {
        var secrets = ChildSecrets()
        secrets.files = try TLSFiles.checked(configuration)
        switch configuration.bridge.token {
        case nil: break
        case .file(let path)?: secrets.hubToken = try secret(ofFile: path, "bridge.token_file")
        case .environment(let variable)?:
            secrets.hubToken = try secret(ofVariable: variable, "bridge.token_env")
        }
        for provider in configuration.providers where provider.isEnabled {
            let path = "providers.\(provider.name)"
            switch provider.key {
            case nil: continue
            case .file(let file)?:
                secrets.providerKeys[provider.name] = try secret(ofFile: file, "\(path).api_key_file")
            case .environment(let variable)?:
                secrets.providerKeys[provider.name] = try secret(ofVariable: variable, "\(path).api_key_env")
            }
        }
        return secrets
    }

    private func secret(ofFile file: String, _ path: String) throws(ChildFault) -> String {
        let line: String
        do throws(Errno) {
            line = Self.firstLine(try FileSystem.read(file, limit: 65_536))
        } catch {
            throw ChildFault("\(path): \(error)")
        }
        return try usable(line, path, file)
    }

    private func secret(ofVariable variable: String, _ path: String) throws(ChildFault) -> String {
        guard let value = ProcessInformation.environment(variable) else {
            throw ChildFault("\(path): the environment variable \(variable) is not set")
        }
        return try usable(value, path, variable)
    }

    /// A secret becomes a field of a request.
    private func usable(_ secret: String, _ path: String, _ place: String) throws(ChildFault) -> String {
        guard !secret.isEmpty, secret.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ChildFault("\(path): \(place) is empty, or holds something else than printing ASCII")
        }
        return secret
    }
}
