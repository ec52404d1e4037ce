import fc from "fast-check";
import { createRequire } from "node:module";
import { parseChanges } from "./changes-parse.ts";
import { anyFile } from "./changes-samples.ts";
const cm = createRequire("/tmp/cm/package.json")("commonmark");
const P = new cm.Parser();
function theirs(text: string) {
  const out: string[] = []; 
  for (let n = P.parse(text).firstChild; n; n = n.next) {
    if (n.type === "heading") out.push(`h${n.level}@${n.sourcepos[0][0]}`);
    if (n.type === "list" && n.listType === "bullet") for (let i = n.firstChild; i; i = i.next) out.push(`e@${i.sourcepos[0][0]}`);
  }
  return out;
}
function mine(text: string) {
  return parseChanges(text).blocks.flatMap((b) => b.kind === "heading" ? [`h${b.level}@${b.line}`] : b.kind === "entry" ? [`e@${b.line}`] : []);
}
let bad = 0;
const seen = new Set<string>();
for (const f of fc.sample(anyFile, { numRuns: 60000, seed: Number(process.argv[2] ?? 1) })) {
  if (f.startsWith("\uFEFF") || /^---/.test(f) || f.includes("\0")) continue;
  const a = theirs(f).join(" "), b = mine(f).join(" ");
  if (a !== b) { bad++; if (f.length < 90 && seen.size < 12) { seen.add(f); console.log(JSON.stringify(f)); console.log("  cm  ", a); console.log("  mine", b); } }
}
console.log("different:", bad);
