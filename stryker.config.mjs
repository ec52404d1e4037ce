// Changes gate/ and every rules.ts in small ways and looks whether a test notices (`npm run mutation`).
export default {
  mutate: ["gate/**/*.ts", "{daemon,protocol,cli}/**/rules.ts", "!**/*.test.ts"],
  testRunner: "command",
  commandRunner: {
    command: 'mocha --bail --reporter dot "gate/**/*.test.ts" "{daemon,protocol,cli}/**/rules.test.ts"',
  },
  plugins: [],
  // Node strips the types away; nobody checks them in the sandbox.
  checkers: [],
  concurrency: 2,
  ignorePatterns: [".cache", "coverage", "dist", "docs", "test"],
  tempDirName: ".cache/stryker",
  reporters: ["clear-text", "html", "json", "progress-append-only"],
  htmlReporter: { fileName: "reports/mutation/index.html" },
  jsonReporter: { fileName: "reports/mutation/mutation.json" },
  thresholds: { high: 90, low: 80, break: 80 },
};
