// The commit contest, at two sizes of repository, with the daemon up or down.
import path from "node:path";
import { sameEnv, underCalcifer, underHusky, underLefthook, withoutHooks } from "./commits.ts";
import { compare, type Figures, type Line, missing, slope, type Target } from "./row.ts";
import { type Contender, interleave } from "./series.ts";
import { type Bench, modules } from "./stage.ts";

type Name = "ours" | "bare" | "lefthook" | "fastLefthook" | "husky";

export interface Wanted {
  daemon: "up" | "down";
  lefthook: Target;
  bare?: Target;
}

export async function commitContest(bench: Bench, wanted: Wanted): Promise<Figures> {
  const small = await contest(bench, 100, wanted);
  const large = await contest(bench, 5000, wanted);
  const lines = [...linesOf("100 files", small, wanted), ...linesOf("5,000 files", large, wanted)];
  const slopes = (["ours", "bare", "lefthook"] as const).flatMap((name) => {
    const [few, many] = [small[name], large[name]];
    return few && many ? [slope(`git commit, ${labels[name]}`, ["100 files", few], ["5,000", many])] : [];
  });
  return { lines, slopes };
}

const labels: Record<Name, string> = {
  ours: "Calcifer's hooks",
  bare: "no hooks",
  lefthook: "lefthook",
  fastLefthook: "lefthook, LEFTHOOK_BIN set",
  husky: "husky + commitlint",
};

async function contest(bench: Bench, files: number, { daemon }: Wanted): Promise<Partial<Record<Name, number[]>>> {
  const home = bench.home(`ours${files}`);
  const all: Partial<Record<Name, Contender | undefined>> = {
    ours: await underCalcifer(home, files),
    bare: withoutHooks(bench, files),
    lefthook: underLefthook(bench, files, sameEnv),
    fastLefthook: underLefthook(bench, files, withBinary),
    husky: underHusky(bench, files),
  };
  if (daemon === "down") await home.stop();
  const there = Object.entries(all).filter((entry): entry is [Name, Contender] => entry[1] !== undefined);
  bench.say(`committing in repositories of ${files} files`);
  const taken = await interleave<string>(Object.fromEntries(there), {
    rounds: bench.rounds(40, 8),
    warmups: 3,
    pause: 30,
  });
  await home.stop();
  return taken as Partial<Record<Name, number[]>>;
}

/** Spares lefthook's hook the search for its program, which is a start of that program more. */
const withBinary = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...env,
  LEFTHOOK_BIN: path.join(modules, `lefthook-${process.platform}-${process.arch}`, "bin/lefthook"),
});

function linesOf(size: string, taken: Partial<Record<Name, number[]>>, wanted: Wanted): Line[] {
  const what = `git commit, daemon ${wanted.daemon}, ${size}`;
  const targets: Partial<Record<Name, Target>> = {
    lefthook: wanted.lefthook,
    ...(wanted.bare && { bare: wanted.bare }),
  };
  return (["bare", "lefthook", "fastLefthook", "husky"] as const).map((name): Line => {
    const [ours, series, target] = [taken.ours, taken[name], targets[name]];
    if (!ours || !series) return missing(what, labels[name], "not installed", target);
    return compare({ what, ours, beside: { name: labels[name], series }, ...(target && { target }) });
  });
}
