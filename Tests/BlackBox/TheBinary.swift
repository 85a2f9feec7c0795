import Testing

/// The tests of the built binary, from outside: real processes, Redis, PostgreSQL, curl, Python. One after another,
/// since they measure times and memory of a whole machine.
@Suite("The binary", .serialized)
enum TheBinary {}

/// What alerts do and whom they tell, beside those: the tests mostly wait for times to pass.
@Suite("The alerts", .serialized)
enum TheAlerts {}

/// The tests in a browser, beside those: they mostly wait. One browser at a time.
@Suite("The dashboard", .serialized)
enum TheDashboard {}
