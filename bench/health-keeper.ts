// What checking costs: 5,000 endpoints each minute over HTTP, beside Debian's blackbox exporter driven at the same rate; pings beside fping.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { compare, type Line, missing, type Row } from "./measure/row.ts";
import { type Bench, start } from "./measure/stage.ts";

/** Checks in a second: 5,000 in a minute. */
const rate = 5000 / 60;
const target = { ratio: 1.5 };

export default {
  name: "health-keeper",
  what: "CPU, drift and memory of the keeper at 5,000 endpoints each minute",
  run: async (bench) => {
    const { said, child } = await start([path.join(import.meta.dirname, "measure/health-target.ts")], process.env);
    bench.afterwards(() => child.removeAllListeners("exit").kill());
    const url = `http://127.0.0.1:${said}/`;
    const seconds = bench.rounds(25, 8);
    const rounds = bench.rounds(3, 1);
    const exporter = blackbox(bench);
    const taken = { ours: [] as Turn[], other: [] as number[], pings: [] as Turn[], fping: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      bench.say(`round ${round + 1} of ${rounds}: ${seconds} s each`);
      taken.ours.push(await keeper(bench, `http${round}`, "http", url, seconds));
      if (exporter) taken.other.push(await drive(exporter, url, seconds));
      taken.pings.push(await keeper(bench, `icmp${round}`, "icmp", "127.0.0.1", seconds));
      if (fping) taken.fping.push(fpingCost());
    }
    const cpu = taken.ours.map((t) => t.cpu);
    const http = "CPU ms per 10,000 HTTP checks";
    const icmp = "CPU ms per 10,000 pings, children included";
    const share = taken.ours.map((t) => ((t.cpu / 10_000) * rate) / 10);
    const lines: Line[] = [
      taken.other.length > 0
        ? compare({ what: http, ours: cpu, beside: { name: "blackbox exporter", series: taken.other }, target })
        : missing(http, "blackbox exporter", "not installed", target),
      taken.fping.length > 0
        ? compare({
            what: icmp,
            ours: taken.pings.map((t) => t.cpu),
            beside: { name: "fping", series: taken.fping },
            target,
          })
        : missing(icmp, "fping", "not installed", target),
      compare({
        what: "drift of a check, p99",
        ours: taken.ours.map((t) => t.drift),
        beside: { name: "a second", series: [1000] },
        target: { most: 1000 },
      }),
      compare({
        what: "resident, 5,000 endpoints",
        unit: "MiB",
        ours: taken.ours.map((t) => t.resident),
        beside: { name: "the same without any", series: taken.ours.map((t) => t.before) },
      }),
    ];
    const most = Math.max(...share);
    return {
      lines,
      slopes: [],
      notes: [`The keeper took at most ${most.toFixed(1)} % of one core at 5,000 HTTP checks a minute (target: 25 %).`],
    };
  },
} satisfies Row;

interface Turn {
  /** milliseconds per 10,000 checks */
  cpu: number;
  /** milliseconds, p99 */
  drift: number;
  /** MiB */
  resident: number;
  before: number;
}

/** The keeper in a process of its own, with everything it writes. */
async function keeper(bench: Bench, name: string, kind: string, to: string, seconds: number): Promise<Turn> {
  const home = path.join(bench.folder, name);
  mkdirSync(home, { recursive: true });
  const program = path.join(import.meta.dirname, "measure/health-run.ts");
  const child = spawn(process.execPath, [program, home, kind, to, String(seconds)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (text) => (said += String(text)));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`the keeper ended with ${code}`);
  return JSON.parse(said) as Turn;
}

interface Exporter {
  child: ChildProcess;
  port: number;
}

function blackbox(bench: Bench): Exporter | undefined {
  if (spawnSync("prometheus-blackbox-exporter", ["--version"]).error || !existsSync("/proc/self/stat"))
    return undefined;
  const config = path.join(bench.folder, "blackbox.yml");
  writeFileSync(
    config,
    "modules:\n  http:\n    prober: http\n    timeout: 5s\n    http:\n      preferred_ip_protocol: ip4\n",
  );
  const port = 20_000 + (process.pid % 20_000);
  const args = [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`, "--log.level=error"];
  const child = spawn("prometheus-blackbox-exporter", args, { stdio: "ignore" });
  bench.afterwards(() => child.kill());
  return { child, port };
}

/** Asks the exporter at the same rate. @returns its CPU ms per 10,000 checks */
async function drive({ child, port }: Exporter, url: string, seconds: number): Promise<number> {
  const ask = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/probe?module=http&target=${encodeURIComponent(url)}`);
    if (!(await answer.text()).includes("probe_success 1")) throw new Error("the exporter's probe failed");
  };
  for (let n = 0; ; n++) {
    const up = await ask().then(
      () => true,
      () => false,
    );
    if (up) break;
    if (n > 50) throw new Error("the exporter does not answer");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const before = cpuOf(child.pid as number);
  const all: Promise<void>[] = [];
  const begun = performance.now();
  for (let n = 0; n < rate * seconds; n++) {
    const wait = begun + (n * 1000) / rate - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    all.push(ask());
  }
  await Promise.all(all);
  return ((cpuOf(child.pid as number) - before) / all.length) * 10_000;
}

/** Milliseconds of CPU a process has used. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const fping = !spawnSync("fping", ["-v"]).error;

/** fping by itself, in batches as large as ours: what arrives within 250 ms. */
function fpingCost(): number {
  const size = Math.max(1, Math.round(rate * 0.25));
  const targets = Array.from({ length: size }, (_, n) => `127.0.0.${n + 1}`);
  const times = 30;
  // The time of children is counted when they have ended.
  const usage = spawnSync(
    "sh",
    [
      "-c",
      `i=0; while [ $i -lt ${times} ]; do fping -4 -C 1 -q -i 1 -t 2000 ${targets.join(" ")} 2>/dev/null; i=$((i+1)); done; times`,
    ],
    { encoding: "utf8" },
  );
  const [user = 0, system = 0] = [...(usage.stdout.trim().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, m, s]) => Number(m) * 60_000 + Number(s) * 1000,
  );
  return ((user + system) / (times * size)) * 10_000;
}
