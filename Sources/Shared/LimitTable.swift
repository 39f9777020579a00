package import Posix
import Synchronization

/// What every subject has used of its limits, for all workers at once: no system call, and no lock to leave behind.
///
///     let subject = table.subject("key ci")
///     let permit = try table.admit(subject, rules, tokens: 120, lease: row.number, at: .now)
///     …
///     table.settle(permit, cost: 93, at: .now)
///
/// A subject's slot is found by its hash among ``probes`` neighbours; one that is spent is taken over. If all are in use,
/// the subject shares the overflow slot with others in that situation. Requests in flight are counted per slot and
/// *lease*, the row of a process on the board, so that a process that dies takes its own with it.
package final class LimitTable {
    package static let capacity = 4096
    package static let probes = 8

    private static let overflow = capacity
    private static let overflowTag = 1 << 24 - 1
    /// How often somebody tries again who met another that wanted the last place at the same moment.
    private static let attempts = 8

    private let memory: LimitMemory

    /// Makes an empty table.
    package init(build: String, at now: Moment = .now) throws(SegmentFault) {
        memory = try LimitMemory(build: build, at: now)
        memory.store(LimitWord(tag: Self.overflowTag, at: 0), at: Self.overflow)
        memory.label(Self.overflow).name = "everybody else"
    }

    /// Maps the table that the supervisor made.
    package init(mapping descriptor: CInt, build: String) throws(SegmentFault) {
        memory = try LimitMemory(mapping: descriptor, build: build)
    }

    package var descriptor: CInt { memory.descriptor }

    /// Requests that were counted in the overflow slot, because their own had no room.
    package var overflows: Int { memory.overflows }

    /// Whoever has this name.
    package func subject(_ name: String) -> LimitSubject {
        LimitSubject(name: name, hash: SipHash.hash(name.utf8, key: memory.key))
    }

    // MARK: Requests

    /// Lets a request in that is expected to cost so many tokens, or says why not; then it has cost nothing.
    package func admit(
        _ subject: LimitSubject,
        _ rules: LimitRules,
        tokens: Int,
        lease: Int,
        at now: Moment,
    ) throws(LimitRefusal) -> LimitPermit {
        let time = memory.milliseconds(now)
        while true {
            let slot = slot(of: subject, at: time)
            try hold(slot, rules, lease, at: time)
            StopPoint.reach(.held)
            do throws(LimitRefusal) {
                if let permit = try count(subject, rules, tokens, slot, lease, at: time) { return permit }
            } catch {
                memory.release(slot, lease)
                throw error
            }
            // The slot went to somebody else meanwhile.
            memory.release(slot, lease)
        }
    }

    /// Ends a request, with what it cost in truth.
    package func settle(_ permit: LimitPermit, cost: Int, at now: Moment) {
        defer {
            StopPoint.reach(.settled)
            memory.release(permit.slot, permit.lease)
        }
        guard cost != permit.reserved else { return }
        let time = memory.milliseconds(now)
        while true {
            let word = memory.word(permit.slot)
            var settled = word
            settled.settle(reserved: permit.reserved, cost: cost, began: permit.began, at: time)
            if settled == word || memory.exchange(word, settled, at: permit.slot) { return }
        }
    }

    /// Takes a request back that was let in, and then came to nothing.
    package func cancel(_ permit: LimitPermit) {
        defer { memory.release(permit.slot, permit.lease) }
        while true {
            let word = memory.word(permit.slot)
            var back = word
            back.cancel(permit.standing.rules, reserved: permit.reserved, began: permit.began)
            if back == word || memory.exchange(word, back, at: permit.slot) { return }
        }
    }

    /// Forgets the requests in flight of a process that has been reaped.
    package func clear(lease: Int) { memory.clear(lease: lease) }

    /// Frees the slots that are spent, before their clock comes round; to be called once in a while.
    package func sweep(at now: Moment) {
        let time = memory.milliseconds(now)
        for slot in 0..<Self.capacity {
            let word = memory.word(slot)
            if word.tag != 0, isFree(word, slot, at: time) {
                _ = memory.exchange(word, LimitWord(), at: slot)
            }
        }
    }

    /// Who has used something in a window that is not over, or has requests in flight.
    package func uses(at now: Moment) -> [LimitUse] {
        let time = memory.milliseconds(now)
        return (0...Self.capacity).compactMap { slot in
            let word = memory.word(slot)
            let inFlight = memory.inFlight(slot)
            guard word.tag != 0, !word.isOver(at: time) || inFlight > 0 else { return nil }
            let label = memory.label(slot)
            let isOver = word.isOver(at: time)
            return LimitUse(
                name: label.name,
                rules: label.rules,
                requests: isOver ? 0 : word.requests,
                tokens: isOver ? 0 : word.tokens,
                inFlight: inFlight,
                resetsAfter: word.standing(label.rules, at: time).resetsAfter
            )
        }
    }

    // MARK: Slots

    /// The slot that counts for the subject; one is taken for it if it has none.
    private func slot(of subject: LimitSubject, at time: Int) -> Int {
        let tag = LimitWord.tag(of: subject.hash)
        while true {
            var free: (slot: Int, word: LimitWord)?
            for probe in 0..<Self.probes {
                let slot = (Int(truncatingIfNeeded: subject.hash) + probe) & (Self.capacity - 1)
                let word = memory.word(slot)
                if word.tag == tag { return slot }
                if free == nil, isFree(word, slot, at: time) { free = (slot, word) }
            }
            guard let free else {
                memory.countOverflow()
                return Self.overflow
            }
            guard memory.exchange(free.word, LimitWord(tag: tag, at: time), at: free.slot) else { continue }
            StopPoint.reach(.slotTaken)
            memory.label(free.slot).name = subject.name
            return free.slot
        }
    }

    private func isFree(_ word: LimitWord, _ slot: Int, at time: Int) -> Bool {
        word.tag == 0 || word.isSpent(at: time) && memory.inFlight(slot) == 0
    }

    /// Counts one more in flight, if there may be.
    ///
    /// The count goes up before it is compared, so that of two at once never both get the last place; that neither
    /// does is why they try again.
    private func hold(_ slot: Int, _ rules: LimitRules, _ lease: Int, at time: Int) throws(LimitRefusal) {
        var attempt = 0
        while true {
            memory.hold(slot, lease)
            guard let limit = rules.concurrency, memory.inFlight(slot) > limit else { return }
            memory.release(slot, lease)
            let others = memory.inFlight(slot)
            attempt += 1
            guard others >= limit || attempt == Self.attempts else { continue }
            throw LimitRefusal(
                unit: .concurrency,
                limit: limit,
                used: others,
                wanted: 1,
                retryAfter: nil,
                standing: memory.word(slot).standing(rules, at: time)
            )
        }
    }

    /// Counts the request; nil if the slot has gone to somebody else meanwhile.
    private func count(
        _ subject: LimitSubject,
        _ rules: LimitRules,
        _ tokens: Int,
        _ slot: Int,
        _ lease: Int,
        at time: Int,
    ) throws(LimitRefusal) -> LimitPermit? {
        while true {
            let word = memory.word(slot)
            guard slot == Self.overflow || word.tag == LimitWord.tag(of: subject.hash) else { return nil }
            var counted = word
            try counted.admit(rules, tokens: tokens, at: time)
            guard memory.exchange(word, counted, at: slot) else { continue }
            StopPoint.reach(.counted)
            memory.label(slot).rules = rules
            return LimitPermit(
                slot: slot,
                lease: lease,
                began: counted.start,
                reserved: tokens,
                standing: counted.standing(rules, at: time)
            )
        }
    }
}
