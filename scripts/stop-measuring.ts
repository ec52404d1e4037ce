// Loaded by mocha before the unit tests: what they start is not measured.
// A bundle in dist/ maps back to the same sources with other line breaks, and would show branches nobody can take.
delete process.env.NODE_V8_COVERAGE;
