/// What was probably meant by a word that is not known.
package enum Suggestion {
    /// `; did you mean …?` if one of `words` is near to `word`, else nothing.
    package static func text(for word: String, among words: [String], written: (String) -> String) -> String {
        let near = words.map { (word: $0, distance: distance(word, $0)) }.min { $0.distance < $1.distance }
        guard let near, near.distance <= max(1, word.count / 3) else { return "" }
        return "; did you mean \(written(near.word))?"
    }

    /// The number of letters to insert, remove, replace or swap with their neighbour to come from `left` to `right`.
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left)
        let right = Array(right)
        var earlier: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var next = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(
                    last[column] + (letter == other ? 0 : 1),
                    last[column + 1] + 1,
                    next[column] + 1
                )
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    cost = min(cost, earlier[column - 1] + 1)
                }
                next.append(cost)
            }
            (earlier, last) = (last, next)
        }
        return last[right.count]
    }
}
