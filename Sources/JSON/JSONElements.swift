/// The elements of an array, found as they are asked for.
///
/// `count` walks the array; `isEmpty` and `first` do not.
package struct JSONElements: Collection, Sendable {
    /// The place of an element.
    package struct Index: Comparable, Sendable {
        fileprivate let node: Int

        package static func < (one: Index, other: Index) -> Bool { one.node < other.node }
    }

    /// Goes from one element to the next.
    package struct Iterator: IteratorProtocol {
        fileprivate let document: JSONDocument
        fileprivate var node: Int
        fileprivate let end: Int

        /// The next element; nil at the end.
        package mutating func next() -> JSONValue? {
            guard node < end else { return nil }
            defer { node = Int(document.nodes[node].next) }
            return JSONValue(document: document, index: node)
        }
    }

    private let document: JSONDocument
    /// Where the first element stands on the tape.
    package let startIndex: Index
    /// Behind the last element.
    package let endIndex: Index

    init(of value: JSONValue) {
        document = value.document
        startIndex = Index(node: value.index + 1)
        let isArray = document.nodes[value.index].kind == .array
        endIndex = isArray ? Index(node: Int(document.nodes[value.index].next)) : startIndex
    }

    /// What goes over them, without asking for each place by itself.
    package func makeIterator() -> Iterator {
        Iterator(document: document, node: startIndex.node, end: endIndex.node)
    }

    /// The place of the next element.
    package func index(after place: Index) -> Index {
        Index(node: Int(document.nodes[place.node].next))
    }

    /// The element at a place.
    package subscript(place: Index) -> JSONValue { JSONValue(document: document, index: place.node) }
}
