extension Configuration {
    /// Who may steer the daemon over the control socket: `[control]`; root and the daemon's own user always may.
    package struct Control: Codable, Equatable, Sendable {
        /// A user or a group of this machine, written `"uid:1000"` or `"gid:100"`.
        package enum Subject: Codable, Equatable, Sendable {
            /// The user with this id.
            case user(UInt32)
            /// The members of the group with this id.
            case group(UInt32)
        }

        /// The group that may enter the run directory, or nil for none.
        package var group: String?
        /// Who may look.
        package var observe: [Subject] = []
        /// Who may look, start, stop and reload.
        package var operate: [Subject] = []
        /// Who may do everything.
        package var admin: [Subject] = []

        /// The defaults.
        package init() {}
    }
}

extension Configuration.Control: Section {
    static var rows: [Row<Self>] {
        [
            Row("group", Format<String>.text("the name of a group", Spelling.isName).orNone(), \.group),
            Row("observe", subjects, \.observe),
            Row("operate", subjects, \.operate),
            Row("admin", subjects, \.admin),
        ]
    }

    private static var subjects: Format<[Subject]> {
        Format<Subject>.subject.list("an array of \"uid:N\" and \"gid:N\"")
    }
}
