// Verdicts with a memory: what follows from commits is asked of git once, what is uncommitted only when something moved.
import type { Changed, CommittedFacts, Memory } from "../../gate/facts.ts";
import type { Judgement } from "../../gate/judge.ts";
import { Latest } from "../../gate/remember.ts";
import type { FindTestRun } from "../../gate/tests.ts";
import { isUnknown, type Unknown } from "../../gate/unknown.ts";
import { type JudgeOptions, judgeItem, type Located, type Place } from "../work/work.ts";

/** Who knows whether a work tree has changed since it was asked last. */
export interface Watched {
  uncommitted(worktree: string, ask: () => Promise<Changed[] | Unknown>): Promise<Changed[] | Unknown>;
}

const nobody: Watched = { uncommitted: (_, ask) => ask() };

// Each of these is several processes of git: more at once would only make each other, and the person at work, wait.
const atOnce = 2;

export class Verdicts {
  private readonly watched: Watched;
  private readonly tests: ((place: Place) => FindTestRun) | undefined;
  private readonly known = new Latest<Promise<CommittedFacts>>(1000);
  /** those of `known` that git has answered */
  private readonly told = new WeakSet<Promise<CommittedFacts>>();
  private readonly waiting: (() => void)[] = [];
  private asking = 0;

  /** @param tests what is recorded of an item's tests */
  constructor(watched: Watched = nobody, tests?: (place: Place) => FindTestRun) {
    this.watched = watched;
    this.tests = tests;
  }

  /**
   * The verdict of an item's branch, as `judgeItem` gives it.
   * @param fresh ask git for everything
   * @param tips frozen commits, for who is about to act on the verdict: what follows from them is taken from memory, what
   * is uncommitted is asked, and nobody is waited for
   */
  of(located: Located, { fresh = false, tips }: JudgeOptions = {}): Promise<Judgement> {
    const memory = fresh ? this.afresh : tips ? this.acting : this.memory;
    return judgeItem(located, tips, memory, this.tests?.(located));
  }

  private readonly memory: Memory = {
    committed: (key, ask) => this.known.get(key) ?? this.ask(key, () => this.inTurn(ask)),
    uncommitted: (worktree, ask) => this.watched.uncommitted(worktree, ask),
  };

  private readonly acting: Memory = {
    committed: (key, ask) => {
      const known = this.known.get(key);
      return known && this.told.has(known) ? known : this.ask(key, ask);
    },
    uncommitted: (_, ask) => ask(),
  };

  private readonly afresh: Memory = { committed: (key, ask) => this.ask(key, ask), uncommitted: (_, ask) => ask() };

  private ask(key: string, ask: () => Promise<CommittedFacts>): Promise<CommittedFacts> {
    const answer = ask();
    void this.known.set(key, answer);
    const forget = () => this.known.get(key) === answer && this.known.forget(key);
    // What git could not tell may be told the next time: the cause need not be in the commits.
    answer.then((facts) => {
      if (isUnknown(facts.base) || isUnknown(facts.conflicts)) forget();
      else this.told.add(answer);
    }, forget);
    return answer;
  }

  private async inTurn<T>(ask: () => Promise<T>): Promise<T> {
    if (this.asking >= atOnce) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.asking++;
    try {
      return await ask();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.asking--;
    }
  }
}
