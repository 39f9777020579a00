/// What was probably meant by a word that is not known.
enum NearestWord {
    /// The nearest of `words`, nil if none is near: at most one letter in three is wrong.
    static func find(for word: String, among words: [String]) -> String? {
        let near = words.map { (word: $0, distance: distance(word, $0)) }.min { $0.distance < $1.distance }
        guard let near, near.distance <= max(1, word.count / 3) else { return nil }
        return near.word
    }

    /// The number of letters to insert, remove or replace to come from `left` to `right`.
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var next = [row + 1]
            for (column, other) in right.enumerated() {
                let replaced = last[column] + (letter == other ? 0 : 1)
                next.append(min(replaced, last[column + 1] + 1, next[column] + 1))
            }
            last = next
        }
        return last[right.count]
    }
}
