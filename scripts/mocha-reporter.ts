// One line per subject, every failure in full at the end. Runs in mocha and, bundled, in VS Code's extension host.
import Mocha from "mocha";
import { outcomeVariable, type SlowTest, slowest, slowTestLines, tellOutcome, tellRunning } from "./outcome.ts";

const worthALine = 1000;

const paint = (color: string, text: string) => Mocha.reporters.Base.color(color, text);

export default class CompactReporter extends Mocha.reporters.Base {
  readonly #slow: SlowTest[] = [];
  #line = { title: "", passed: 0, failed: 0, started: 0 };

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { EVENT_SUITE_BEGIN, EVENT_SUITE_END, EVENT_RUN_END } = Mocha.Runner.constants;
    const { EVENT_TEST_BEGIN, EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING } = Mocha.Runner.constants;
    runner.on(EVENT_SUITE_BEGIN, (suite) => this.#begin(suite));
    runner.on(EVENT_SUITE_END, (suite) => this.#end(suite));
    runner.on(EVENT_TEST_BEGIN, (test) => tellRunning(test.fullTitle()));
    runner.on(EVENT_TEST_PASS, (test) => this.#pass(test));
    runner.on(EVENT_TEST_FAIL, (test) => this.#fail(test));
    runner.on(EVENT_TEST_PENDING, (test) => console.log(paint("pending", `    - skipped: ${test.fullTitle()}`)));
    runner.once(EVENT_RUN_END, () => this.#summary());
  }

  #begin(suite: Mocha.Suite): void {
    if (suite.parent?.root) this.#line = { title: suite.title, passed: 0, failed: 0, started: Date.now() };
  }

  #end(suite: Mocha.Suite): void {
    if (!suite.parent?.root) return;
    const { title, passed, failed, started } = this.#line;
    const count = failed > 0 ? paint("fail", `✗ ${failed} of ${passed + failed}`) : paint("checkmark", `✓ ${passed}`);
    console.log(`  ${count} ${title} ${paint("light", `${Date.now() - started} ms`)}`);
  }

  #pass(test: Mocha.Test): void {
    this.#line.passed++;
    this.#time(test);
    if ((test.duration ?? 0) >= worthALine) console.log(paint("light", `    ${test.title} ${test.duration} ms`));
  }

  #fail(test: Mocha.Test): void {
    this.#line.failed++;
    this.#time(test);
    console.log(paint("fail", `    ✗ ${test.fullTitle()}`));
  }

  #time(test: Mocha.Test): void {
    this.#slow.push({ title: test.fullTitle(), milliseconds: test.duration ?? 0 });
  }

  #summary(): void {
    if (this.failures.length > 0) Mocha.reporters.Base.list(this.failures);
    // Pending are `it.skip`, `this.skip()` and an `it` without a body.
    const { passes: passed, failures: failed, pending } = this.stats;
    tellOutcome({ passed, failed, pending, slow: slowest(this.#slow) });
    if (!process.env[outcomeVariable]) console.log(`\nslowest\n${slowTestLines(this.#slow)}\n`);
  }
}
