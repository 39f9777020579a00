/// How the daemon was started.
package struct SupervisorOptions: Sendable {
    package var configurationPath: String
    package var runDirectory: String
    package var stateDirectory: String
    package var version: String
    /// How many descriptors a process may have.
    package var descriptorLimit: Int

    package init(
        configurationPath: String,
        runDirectory: String,
        stateDirectory: String,
        version: String,
        descriptorLimit: Int,
    ) {
        self.configurationPath = configurationPath
        self.runDirectory = runDirectory
        self.stateDirectory = stateDirectory
        self.version = version
        self.descriptorLimit = descriptorLimit
    }
}
