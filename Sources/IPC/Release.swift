/// What this build is called; both programs are of one release.
package enum Release {
    package static let version = "0.1.0"
}
