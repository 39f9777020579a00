import Posix
import Synchronization

/// The sessions of all workers: one at a time for each principal and model, which its requests share.
///
///     let session = try table.use("key ci", model: "m", client: "127.0.0.1", policy, lease: row.number, at: now)
///
/// A slot is found by the hash of principal and model among ``probes`` neighbours, and claimed by one exchange; its members
/// are written while it is claimed, and a process that dies meanwhile gives it back. Times are milliseconds since 1970,
/// because sessions outlive the daemon.
package final class SessionTable {
    package static let capacity = 32_768
    package static let probes = 64

    /// How often somebody looks again who meets others at the same slot.
    private static let attempts = 1000
    private static let prefix = "sess-"

    private let memory: SessionMemory

    /// Makes an empty table.
    package init(build: String) throws(SegmentFault) { memory = try SessionMemory(build: build) }

    /// Maps the table that the supervisor made.
    package init(mapping descriptor: CInt, build: String) throws(SegmentFault) {
        memory = try SessionMemory(mapping: descriptor, build: build)
    }

    package var descriptor: CInt { memory.descriptor }

    /// Whether sessions of an earlier run are where they belong, if there were any.
    package var isRestored: Bool { memory.isRestored }

    // MARK: Using

    /// The session of somebody with a model, begun if there is none, with one request more.
    ///
    /// `id`: that of a session which begins; nil: one that nobody can guess. `age`: milliseconds that are taken off its
    /// time.
    /// - Throws: when there would be too many, and none of the others has been idle for long enough.
    package func use(
        _ principal: String,
        model: String,
        client: String,
        _ policy: SessionPolicy,
        lease: Int,
        at now: Int,
        id: String? = nil,
        age: Int = 0,
    ) throws(SessionRefusal) -> SessionUse {
        let identity = identity(principal, model)
        for _ in 0..<Self.attempts {
            switch look(for: identity, policy, at: now) {
            case .live(let slot, let word):
                let session = session(slot, word)
                let hold = SessionHold(slot: slot, word: word)
                if use(hold, policy, at: now) {
                    return SessionUse(session: session, isNew: false, hold: hold)
                }
            case .busy: continue
            case .free(let slot, let word):
                let claim = word.becoming(.claimed, identity: identity, time: now, lease: lease)
                guard memory.exchange(word, claim, at: slot) else { continue }
                StopPoint.reach(.sessionClaimed)
                guard !isElsewhere(identity, than: slot, policy, at: now) else {
                    give(slot, claim)
                    continue
                }
                try makeRoom(for: slot, claim, policy, at: now)
                let session = Self.session(principal, model, client, at: now, age: age, id)
                let hold = SessionHold(slot: slot, word: publish(session, slot, claim))
                return SessionUse(session: session, isNew: true, hold: hold)
            case .full: throw refusal(Self.capacity, policy, at: now)
            }
        }
        // Somebody stopped in the middle of writing it; a session of its own is better than to wait.
        let session = Self.session(principal, model, client, at: now, age: age, id)
        return SessionUse(session: session, isNew: true, hold: nil)
    }

    private static func session(
        _ principal: String,
        _ model: String,
        _ client: String,
        at now: Int,
        age: Int,
        _ id: String?,
    ) -> Session {
        Session(
            id: id ?? newID(),
            principal: principal,
            model: model,
            client: client,
            createdAt: now - age,
            usedAt: now,
            requests: 1
        )
    }

    private enum Sight {
        case live(Int, SessionWord)
        /// Somebody is just writing it.
        case busy
        case free(Int, SessionWord)
        case full
    }

    private func look(for identity: UInt64, _ policy: SessionPolicy, at now: Int) -> Sight {
        var free: (Int, SessionWord)?
        for slot in places(of: identity) {
            let word = memory.word(slot)
            let isFree = isFree(word, policy, at: now)
            if word.identity == identity, !isFree { return word.phase == .live ? .live(slot, word) : .busy }
            if isFree, free == nil { free = (slot, word) }
        }
        return free.map { .free($0.0, $0.1) } ?? .full
    }

    private func isElsewhere(_ identity: UInt64, than own: Int, _ policy: SessionPolicy, at now: Int) -> Bool
    {
        places(of: identity).contains { slot in
            let word = memory.word(slot)
            return slot != own && word.identity == identity && !isFree(word, policy, at: now)
        }
    }

    /// Ends the one that was idle for longest if there are too many; gives the claim back if that is not long enough.
    private func makeRoom(for own: Int, _ claim: SessionWord, _ policy: SessionPolicy, at now: Int)
        throws(SessionRefusal)
    {
        guard let limit = policy.limit else { return }
        while true {
            let others = slots(policy, at: now).filter { $0.slot != own }
            if others.count < limit { return }
            let idlest = others.filter { $0.word.phase == .live }.min { usedAt($0.slot) < usedAt($1.slot) }
            guard let idlest, now - usedAt(idlest.slot) >= Int(policy.maxIdle.milliseconds) else {
                give(own, claim)
                throw refusal(limit, policy, at: now)
            }
            give(idlest.slot, idlest.word)
        }
    }

    private func refusal(_ limit: Int, _ policy: SessionPolicy, at now: Int) -> SessionRefusal {
        let first = slots(policy, at: now).map(\.word.time).min() ?? now
        let rest = first + Int(policy.ttl.milliseconds) - now
        return SessionRefusal(limit: limit, retryAfter: .milliseconds(max(0, rest)))
    }

    /// One request more in a session that was used before; false if it has ended.
    package func use(_ hold: SessionHold, _ policy: SessionPolicy, at now: Int) -> Bool {
        let word = memory.word(hold.slot)
        guard word == hold.word, !isFree(word, policy, at: now) else { return false }
        memory.numbers(hold.slot).pointee.usedAt.store(now, ordering: .relaxed)
        memory.numbers(hold.slot).pointee.requests.add(1, ordering: .relaxed)
        return true
    }

    /// Returns the slot's word while the session lives.
    @discardableResult
    private func publish(_ session: Session, _ slot: Int, _ claim: SessionWord) -> SessionWord {
        memory.id(slot).text = session.id
        memory.principal(slot).text = session.principal
        memory.model(slot).text = session.model
        memory.client(slot).text = session.client
        memory.numbers(slot).pointee.usedAt.store(session.usedAt, ordering: .relaxed)
        memory.numbers(slot).pointee.requests.store(session.requests, ordering: .relaxed)
        StopPoint.reach(.sessionWritten)
        let live = claim.becoming(
            .live,
            identity: claim.identity,
            time: session.createdAt,
            lease: claim.lease
        )
        _ = memory.exchange(claim, live, at: slot)
        return live
    }

    // MARK: All of them

    /// Those that live, in no order.
    package func sessions(_ policy: SessionPolicy, at now: Int) -> [Session] {
        slots(policy, at: now).filter { $0.word.phase == .live }.compactMap { slot, word in
            let session = session(slot, word)
            return memory.word(slot) == word ? session : nil
        }
    }

    /// Whose session with that id lives; nil: none does.
    package func owner(of id: String, _ policy: SessionPolicy, at now: Int) -> String? {
        sessions(policy, at: now).first { $0.id == id }?.principal
    }

    /// How many live.
    package func count(_ policy: SessionPolicy, at now: Int) -> Int {
        (0..<Self.capacity).count { !isFree(memory.word($0), policy, at: now) }
    }

    /// Ends those for which `isMeant` holds, and returns them.
    package func end(_ policy: SessionPolicy, at now: Int, where isMeant: (Session) -> Bool) -> [Session] {
        slots(policy, at: now).filter { $0.word.phase == .live }.compactMap { slot, word in
            let session = session(slot, word)
            return isMeant(session) && give(slot, word) ? session : nil
        }
    }

    /// Frees what has expired, and returns it.
    package func sweep(_ policy: SessionPolicy, at now: Int) -> [Session] {
        (0..<Self.capacity).compactMap { slot in
            let word = memory.word(slot)
            guard word.phase != .free, isFree(word, policy, at: now) else { return nil }
            let session = session(slot, word)
            return give(slot, word) && word.phase == .live ? session : nil
        }
    }

    /// Gives back what a process had claimed that has been reaped.
    package func clear(lease: Int) {
        for slot in 0..<Self.capacity {
            let word = memory.word(slot)
            if word.phase == .claimed, word.lease == lease { give(slot, word) }
        }
    }

    /// Puts sessions of an earlier run back, once for all processes; those that have begun anew stay.
    package func restore(_ sessions: [Session], _ policy: SessionPolicy, lease: Int, at now: Int) {
        guard memory.takeRestoring() else { return }
        defer { memory.isRestored = true }
        for session in sessions where session.createdAt + Int(policy.ttl.milliseconds) > now {
            let identity = identity(session.principal, session.model)
            guard case .free(let slot, let word) = look(for: identity, policy, at: now) else { continue }
            let claim = word.becoming(.claimed, identity: identity, time: now, lease: lease)
            if memory.exchange(word, claim, at: slot) { publish(session, slot, claim) }
        }
    }

    // MARK: Slots

    private func identity(_ principal: String, _ model: String) -> UInt64 {
        max(1, SipHash.hash(Array(principal.utf8) + [0] + Array(model.utf8), key: memory.key))
    }

    private func places(of identity: UInt64) -> some Sequence<Int> {
        (0..<Self.probes).lazy.map { (Int(truncatingIfNeeded: identity) + $0) & (Self.capacity - 1) }
    }

    private func slots(_ policy: SessionPolicy, at now: Int) -> [(slot: Int, word: SessionWord)] {
        (0..<Self.capacity).compactMap { slot in
            let word = memory.word(slot)
            return isFree(word, policy, at: now) ? nil : (slot, word)
        }
    }

    private func isFree(_ word: SessionWord, _ policy: SessionPolicy, at now: Int) -> Bool {
        switch word.phase {
        case .free, nil: true
        // Whoever claimed it may only have been stopped; when it dies, the supervisor gives the slot back.
        case .claimed: false
        case .live: now - word.time >= Int(policy.ttl.milliseconds)
        }
    }

    @discardableResult
    private func give(_ slot: Int, _ word: SessionWord) -> Bool {
        memory.exchange(word, word.becoming(.free, identity: 0, time: 0, lease: 0), at: slot)
    }

    /// What somebody wrote there is no more than a number that can be.
    private func usedAt(_ slot: Int) -> Int {
        min(max(0, memory.numbers(slot).pointee.usedAt.load(ordering: .relaxed)), 1 << 42)
    }

    private func session(_ slot: Int, _ word: SessionWord) -> Session {
        Session(
            id: memory.id(slot).text,
            principal: memory.principal(slot).text,
            model: memory.model(slot).text,
            client: memory.client(slot).text,
            createdAt: word.time,
            usedAt: usedAt(slot),
            requests: max(0, memory.numbers(slot).pointee.requests.load(ordering: .relaxed))
        )
    }

    /// `sess-` and 32 random bytes in Base64 for URLs (RFC 4648 §5), without padding.
    static func newID() -> String {
        prefix + String(decoding: Base64.encodedForURL(Digest.random(32)), as: UTF8.self)
    }
}
