extension Double {
    /// To eight decimals: what a subtraction leaves beyond them says nothing.
    var toEightDecimals: Double { (self * 1e8).rounded() / 1e8 }
}
