/// The members of an object in order, duplicates included, found as they are asked for.
///
/// `count` walks the object; `isEmpty` and `first` do not.
package struct JSONMembers: Collection, Sendable {
    /// The place of a member.
    package struct Index: Comparable, Sendable {
        fileprivate let name: Int

        package static func < (one: Index, other: Index) -> Bool { one.name < other.name }
    }

    private let document: JSONDocument
    /// Where the first member's name stands on the tape.
    package let startIndex: Index
    /// Behind the last member.
    package let endIndex: Index

    init(of value: JSONValue) {
        document = value.document
        startIndex = Index(name: value.index + 1)
        let isObject = document.nodes[value.index].kind == .object
        endIndex = isObject ? Index(name: Int(document.nodes[value.index].next)) : startIndex
    }

    /// The place of the next member.
    package func index(after place: Index) -> Index {
        Index(name: Int(document.nodes[place.name + 1].next))
    }

    /// The member at a place, its name unescaped.
    package subscript(place: Index) -> (name: String, value: JSONValue) {
        (document.string(place.name) ?? "", JSONValue(document: document, index: place.name + 1))
    }
}
