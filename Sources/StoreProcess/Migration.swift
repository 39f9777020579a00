/// One step of the schema, from the version before to this one.
///
/// Steps only add, so that the program before can still be given a copy's rows by export and import; a step that was
/// released is never changed.
struct Migration {
    let version: Int
    let statements: [String]

    /// All steps in their order; the last one's version is this program's.
    static let all = [
        Migration(version: 1, statements: [segments, opened, usage, usageMoments]),
        Migration(version: 2, statements: [sessions]),
    ]

    /// The number is what rows say instead of the name, which is long.
    ///
    /// `offset`: behind the last record that was taken; `secured`: the same, when it was last made sure of. A segment whose file is gone stays as long as rows name it.
    private static let segments = """
        CREATE TABLE segments (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            writer TEXT NOT NULL,
            offset INTEGER NOT NULL,
            secured INTEGER NOT NULL DEFAULT 0,
            is_gone INTEGER NOT NULL
        ) STRICT
        """

    /// Requests that have begun and not ended, as their records came; empty as long as batches are long.
    private static let opened = """
        CREATE TABLE opened (
            writer TEXT NOT NULL,
            id TEXT NOT NULL,
            segment INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            record BLOB NOT NULL,
            PRIMARY KEY (writer, id)
        ) WITHOUT ROWID, STRICT
        """

    /// Requests that have ended; where the record stood is unique, so that nothing counts twice.
    private static let usage = """
        CREATE TABLE usage (
            serial INTEGER PRIMARY KEY AUTOINCREMENT,
            segment INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            version INTEGER NOT NULL,
            at INTEGER NOT NULL,
            id TEXT NOT NULL,
            instance TEXT NOT NULL,
            request TEXT,
            key TEXT,
            client TEXT,
            session TEXT,
            dialect TEXT,
            provider TEXT,
            model TEXT NOT NULL,
            served TEXT,
            attempts INTEGER NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            completion_tokens INTEGER NOT NULL,
            cached_tokens INTEGER NOT NULL,
            tool_tokens INTEGER NOT NULL,
            is_estimated INTEGER NOT NULL,
            first_us INTEGER,
            total_us INTEGER,
            finish TEXT,
            outcome TEXT NOT NULL,
            error TEXT,
            extra TEXT,
            UNIQUE (segment, offset)
        ) STRICT
        """

    /// Sessions that lived when they were last looked at; times in milliseconds since 1970.
    private static let sessions = """
        CREATE TABLE sessions (
            id TEXT NOT NULL PRIMARY KEY,
            principal TEXT NOT NULL,
            model TEXT NOT NULL,
            client TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            used_at INTEGER NOT NULL,
            requests INTEGER NOT NULL
        ) WITHOUT ROWID, STRICT
        """

    private static let usageMoments = "CREATE INDEX usage_at ON usage (at)"
}
