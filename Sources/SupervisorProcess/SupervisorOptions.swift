/// How the daemon was started.
package struct SupervisorOptions: Sendable {
    package var configurationPath: String
    package var runDirectory: String
    package var stateDirectory: String
    package var version: String

    package init(configurationPath: String, runDirectory: String, stateDirectory: String, version: String) {
        self.configurationPath = configurationPath
        self.runDirectory = runDirectory
        self.stateDirectory = stateDirectory
        self.version = version
    }
}
