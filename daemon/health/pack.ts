// Tallies of consecutive stretches of time as few bytes: a year of hours of a thousand endpoints must fit into megabytes. Pure.
import { Tally } from "./tally.ts";

/**
 * Each bucket: a number that is `2 × up`, plus 1 where degraded and down follow; then the histogram of up and degraded,
 * bin by bin: one byte with the step from the bin before (0–14) and the count (1–15), or 0, step and count as numbers.
 * A bucket in which nothing was measured is one byte, 0.
 */
export function pack(tallies: readonly (Tally | undefined)[]): Uint8Array {
  const bytes: number[] = [];
  for (const tally of tallies) {
    if (!tally || tally.probes === 0) bytes.push(0);
    else packOne(bytes, tally);
  }
  return Uint8Array.from(bytes);
}

function packOne(bytes: number[], tally: Tally): void {
  const rest = tally.degraded > 0 || tally.down > 0;
  putNumber(bytes, tally.up * 2 + (rest ? 1 : 0));
  if (rest) {
    putNumber(bytes, tally.degraded);
    putNumber(bytes, tally.down);
  }
  let before = 0;
  for (const bin of [...tally.times.keys()].sort((a, b) => a - b)) {
    const [step, n] = [bin - before, tally.times.get(bin) as number];
    if (step < 15 && n < 16) bytes.push((step << 4) | n);
    else {
      bytes.push(0);
      putNumber(bytes, step);
      putNumber(bytes, n);
    }
    before = bin;
  }
}

/** What was packed; a bucket in which nothing was measured is undefined. */
export function unpack(bytes: Uint8Array): (Tally | undefined)[] {
  const from = { bytes, at: 0 };
  const tallies: (Tally | undefined)[] = [];
  while (from.at < bytes.length) tallies.push(unpackOne(from));
  return tallies;
}

interface Reading {
  bytes: Uint8Array;
  at: number;
}

function unpackOne(from: Reading): Tally | undefined {
  const first = number(from);
  if (first === 0) return undefined;
  const tally = new Tally();
  tally.up = first >> 1;
  if (first % 2 === 1) {
    tally.degraded = number(from);
    tally.down = number(from);
  }
  let bin = 0;
  for (let left = tally.up + tally.degraded; left > 0; ) {
    const byte = from.bytes[from.at++] as number;
    const [step, n] = byte === 0 ? [number(from), number(from)] : [byte >> 4, byte & 15];
    if (!(n > 0)) throw new Error("packed measurements are damaged");
    bin += step;
    tally.times.set(bin, n);
    left -= n;
  }
  return tally;
}

/** Seven bits to a byte, the lowest first. */
function putNumber(bytes: number[], n: number): void {
  let rest = n;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
}

function number(from: Reading): number {
  for (let [n, scale] = [0, 1]; ; scale *= 128) {
    const byte = from.bytes[from.at++];
    if (byte === undefined) throw new Error("packed measurements are damaged");
    n += (byte & 127) * scale;
    if (byte < 128) return n;
  }
}
