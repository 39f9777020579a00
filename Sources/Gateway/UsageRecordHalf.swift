import JSON
package import Posix

/// The two halves of a usage record's JSON: which request it is, and what the answer came to.
///
/// A worker writes two records of every request, and both have the first half in common: it is spelled once. What is
/// spelled is at hand elsewhere, so that no record is made for it; names, which are known, are not looked at.
package enum UsageRecordHalf {
    /// The first half, from the brace on.
    package static func writeRequest(
        version: Int = 1,
        id: String,
        at: Int,
        instance: String,
        request: String?,
        key: String?,
        client: String?,
        session: String?,
        dialect: String?,
        provider: String?,
        model: String,
        served: String?,
        with pen: inout Pen,
    ) {
        pen.write(#"{"v":"#, version)
        pen.member(#","id":"#, id)
        pen.write(#","at":"#, at)
        pen.member(#","instance":"#, instance)
        pen.member(#","request":"#, request)
        pen.member(#","key":"#, key)
        pen.member(#","client":"#, client)
        pen.member(#","session":"#, session)
        pen.member(#","dialect":"#, dialect)
        pen.member(#","provider":"#, provider)
        pen.member(#","model":"#, model)
        pen.member(#","served":"#, served)
    }

    /// The other half, to the brace.
    package static func writeAnswer(
        phase: UsageRecord.Phase,
        attempts: Int,
        promptTokens: Int,
        completionTokens: Int,
        cachedTokens: Int,
        toolTokens: Int = 0,
        isEstimated: Bool,
        firstMicroseconds: Int? = nil,
        totalMicroseconds: Int? = nil,
        finish: String? = nil,
        outcome: UsageRecord.Outcome? = nil,
        error: String? = nil,
        unknown: [UsageRecord.Unknown] = [],
        with pen: inout Pen,
    ) {
        pen.member(#","phase":"#, phase.rawValue)
        pen.write(#","attempts":"#, attempts)
        pen.write(#","prompt_tokens":"#, promptTokens)
        pen.write(#","completion_tokens":"#, completionTokens)
        pen.write(#","cached_tokens":"#, cachedTokens)
        pen.write(#","tool_tokens":"#, toolTokens)
        pen.write(isEstimated ? #","is_estimated":true"# : #","is_estimated":false"#)
        if let firstMicroseconds { pen.write(#","first_ms":"#, thousandths: firstMicroseconds) }
        if let totalMicroseconds { pen.write(#","total_ms":"#, thousandths: totalMicroseconds) }
        pen.member(#","finish":"#, finish)
        pen.member(#","outcome":"#, outcome?.rawValue)
        pen.member(#","error":"#, error)
        for member in unknown { pen.member(member) }
        pen.write("}")
    }
}

extension Pen {
    /// A member that is a string; nil is left out.
    ///
    /// `name`: with the comma before it, its quotes and its colon.
    @inline(__always)
    fileprivate mutating func member(_ name: StaticString, _ value: String?) {
        if let value, !write(name, quoted: value) { escape(name, value) }
    }

    @inline(never)
    private mutating func escape(_ name: StaticString, _ value: String) {
        write(name)
        write(JSONWriter.quoted(value))
    }

    fileprivate mutating func member(_ unknown: UsageRecord.Unknown) {
        escape(",", unknown.name)
        write(":")
        write(unknown.value)
    }
}
