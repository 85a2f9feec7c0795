/// The shape of one word of a path's segment: enough to tell words that people choose (`charges`, `v1`, `oauth2`,
/// `getUserById`) from random ones (`dQw4w9WgXcQ`, `AKIAIOSFODNN7EXAMPLE`).
struct RouteWord {
    /// Most digits in a name, as in `sha256`.
    static let maximumDigits = 3
    /// Most changes between letters and digits, as in `v2beta1`.
    static let maximumChanges = 3
    /// Longest word with digits, as in `apiv2beta1`.
    static let maximumBytesWithDigits = 10
    static let maximumLetters = 24
    /// Longest word in capitals only.
    static let maximumCapitals = 12
    /// Longest run of consonants in a long word; `xmlrpc` is short.
    static let maximumConsonants = 6

    private var letters = 0
    private var digits = 0
    private var capitals = 0
    /// How often a letter follows a digit, or a digit a letter.
    private var changes = 0
    private var consonants = 0
    private var longestConsonants = 0
    /// Length of the run of small letters that is open, and how many runs of a single one there were.
    private var smallLetters = 0
    private var loneSmallLetters = 0
    private var startsWithCapital = false
    private var endsWithDigit = false

    mutating func append(digit: UInt8) {
        if letters + digits > 0, !endsWithDigit { changes += 1 }
        digits += 1
        consonants = 0
        endsWithDigit = true
    }

    mutating func append(letter: UInt8) {
        if digits > 0, endsWithDigit { changes += 1 }
        endsWithDigit = false
        if letter < UInt8(ascii: "a") {
            if letters == 0 { startsWithCapital = true }
            capitals += 1
            if smallLetters == 1 { loneSmallLetters += 1 }
            smallLetters = 0
        } else {
            smallLetters += 1
        }
        letters += 1
        switch letter | 0x20 {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"),
            UInt8(ascii: "y"):
            consonants = 0
        default:
            consonants += 1
            longestConsonants = max(longestConsonants, consonants)
        }
    }

    var canBeName: Bool { digits == 0 ? canBeNameOfLetters : canBeNameWithDigits }

    private var canBeNameOfLetters: Bool {
        guard letters <= Self.maximumLetters else { return false }
        if letters >= 10, longestConsonants > Self.maximumConsonants { return false }
        if capitals == letters { return letters <= Self.maximumCapitals }
        // camelCase has a capital every few letters, and hardly ever a small letter alone between two.
        let sharedBy = letters < 16 ? 3 : 4
        return letters < 8 || (capitals * sharedBy <= letters && loneSmallLetters <= 1)
    }

    private var canBeNameWithDigits: Bool {
        guard digits <= Self.maximumDigits, letters + digits <= Self.maximumBytesWithDigits,
            changes <= Self.maximumChanges
        else {
            return false
        }
        return capitals == 0 || (capitals == 1 && startsWithCapital) || (capitals == letters && letters + digits <= 6)
    }
}
