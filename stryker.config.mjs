// Changes gate/ and every rules.ts in small ways and looks whether a test notices (`npm run mutation`).
export default {
  mutate: ["gate/**/*.ts", "{daemon,protocol,cli}/**/rules.ts", "!**/*.test.ts"],
  // The wording of a sentence is no decision.
  mutator: { excludedMutations: ["StringLiteral"] },
  // Not Stryker's own mocha runner, which looks for a file that mocha 12 has renamed.
  testRunner: "command",
  commandRunner: {
    command: 'mocha --bail --reporter dot "gate/**/*.test.ts" "{daemon,protocol,cli}/**/rules.test.ts"',
  },
  plugins: [],
  // Node strips the types away; nobody checks them in the sandbox.
  checkers: [],
  // Stryker rewrites a tsconfig with TypeScript's JS API, which TypeScript 7 does not have: it is shown none.
  tsconfigFile: "no-tsconfig.json",
  concurrency: 2,
  ignorePatterns: [".cache", "coverage", "dist", "docs", "test"],
  tempDirName: ".cache/stryker",
  // A second run tries only what has changed.
  incremental: true,
  incrementalFile: "reports/mutation/incremental.json",
  reporters: ["clear-text", "html", "json", "progress-append-only"],
  htmlReporter: { fileName: "reports/mutation/index.html" },
  jsonReporter: { fileName: "reports/mutation/mutation.json" },
  thresholds: { high: 90, low: 80, break: 80 },
};
