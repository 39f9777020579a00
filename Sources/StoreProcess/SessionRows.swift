import Shared

/// The SQL of sessions; a few rows, written anew as they change.
enum SessionRows {
    static func read(from database: Database) throws(StoreFault) -> [Session] {
        try database.prepared(
            "SELECT id, principal, model, client, created_at, used_at, requests FROM sessions ORDER BY created_at"
        )
        .rows { row throws(StoreFault) in
            Session(
                id: try row.name(),
                principal: try row.name(),
                model: try row.name(),
                client: try row.name(),
                createdAt: try row.count(),
                usedAt: try row.count(),
                requests: try row.count()
            )
        }
    }

    static func write(_ session: Session, to database: Database) throws(StoreFault) {
        try database.prepared(
            """
            INSERT OR REPLACE INTO sessions (id, principal, model, client, created_at, used_at, requests)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """
        )
        .bind(session.id).bind(session.principal).bind(session.model).bind(session.client)
        .bind(session.createdAt).bind(session.usedAt).bind(session.requests).run()
    }

    static func delete(_ id: String, from database: Database) throws(StoreFault) {
        try database.prepared("DELETE FROM sessions WHERE id = ?").bind(id).run()
    }
}
