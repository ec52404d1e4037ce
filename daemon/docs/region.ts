// The part of an endpoint's page that Calcifer writes, between two markers. Text in, text out; all around it is the writer's.

export interface EndpointFacts {
  service: string;
  /** unique in its service */
  name: string;
  target: string;
  kind: string;
  environment: string;
  /** seconds from one check to the next */
  interval: number;
  /** what makes it well, one phrase each: `status 200`, `"ok" in the body` */
  expectations: string[];
  /** the work item it was made for */
  item: number | null;
  /** ISO 8601 */
  created: string;
  /** since when it is watched no longer; ISO 8601 */
  ended?: string | undefined;
}

const begins = "<!-- calcifer:endpoint ";
const end = "<!-- /calcifer:endpoint -->";

/** Whose page it is, as its first marker says it: safe in a comment, whatever the names are. */
const idOf = ({ service, name }: Pick<EndpointFacts, "service" | "name">): string =>
  `${encodeURIComponent(service)}/${encodeURIComponent(name)}`.replaceAll("--", "-%2D").replaceAll("-%2D-", "-%2D%2D");

export type Found =
  | { state: "none" }
  | { state: "broken"; why: string }
  | { state: "whole"; id: string; from: number; to: number };

/** Where the region is in a page. Only whole lines count as markers. */
export function findRegion(text: string): Found {
  const first = linesLike(text, (line) => line.startsWith(begins));
  const last = linesLike(text, (line) => line.trimEnd() === end);
  const [from] = first;
  const [to] = last;
  if (!from && !to) return { state: "none" };
  if (!from) return { state: "broken", why: `the line that begins with ${begins.trim()} is missing` };
  if (!to) return { state: "broken", why: `the line ${end} is missing` };
  if (first.length > 1 || last.length > 1) return { state: "broken", why: "its markers are there more than once" };
  if (to.at < from.at) return { state: "broken", why: "its markers are in the wrong order" };
  const id = from.line.slice(begins.length).split(" ")[0] ?? "";
  return { state: "whole", id, from: from.at, to: to.at + to.line.trimEnd().length };
}

export const isPageOf = (found: Found, facts: Pick<EndpointFacts, "service" | "name">): boolean =>
  found.state === "whole" && found.id === idOf(facts);

/** A page with the region brought up to date; all else stays byte for byte. */
export function withRegion(text: string, found: Extract<Found, { state: "whole" }>, facts: EndpointFacts): string {
  const old = text.slice(found.from, found.to);
  const region = old.includes("\r\n") ? regionOf(facts).replaceAll("\n", "\r\n") : regionOf(facts);
  return text.slice(0, found.from) + region + text.slice(found.to);
}

/** A page that was not there before. */
export const newPage = (facts: EndpointFacts): string => `# ${plain(facts.name)} of ${plain(facts.service)}

What this endpoint is for, and who notices when it fails.

${regionOf(facts)}

## When it fails

What to look at first, and what has helped before.
`;

function regionOf(facts: EndpointFacts): string {
  const { item, created, ended, expectations } = facts;
  const rows: [string, string][] = [
    ["Service", plain(facts.service)],
    ["Environment", plain(facts.environment)],
    ["Target", code(withoutPassword(facts.target))],
    ["Kind", plain(facts.kind)],
    ["Checked", `every ${interval(facts.interval)}`],
    ["Watched since", `${created.slice(0, 10)}${item === null ? "" : `, for #${item}`}`],
  ];
  return [
    `${begins}${idOf(facts)} Calcifer writes from here to the end marker; write above or below it -->`,
    ...(ended === undefined ? [] : [`**Watched no longer**, since ${plain(ended.slice(0, 10))}.`, ""]),
    "| | |",
    "|---|---|",
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    ...(expectations.length === 0
      ? []
      : ["", "It is well when it has:", "", ...expectations.map((e) => `- ${plain(e)}`)]),
    end,
  ].join("\n");
}

/** What is in control of nothing: one line, no markup, no cell's end. */
const plain = (text: string): string => oneLine(text).replace(/[\\`*_[\]<>|]/g, (c) => `\\${c}`);

/** In a code span, whose fence is longer than any in the text. */
function code(text: string): string {
  const inner = oneLine(text).replaceAll("|", "\\|");
  const fence = "`".repeat(Math.max(0, ...(inner.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  return fence.length > 1 ? `${fence} ${inner} ${fence}` : `\`${inner}\``;
}

const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, 500);

/** Pages are committed; a password in an address must not be. */
const withoutPassword = (target: string): string => target.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1…@");

const units: [number, string][] = [
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
];

function interval(seconds: number): string {
  const [size, name] = units.find(([s]) => seconds >= s && seconds % s === 0) ?? [1, "second"];
  const n = seconds / size;
  return n === 1 ? name : `${n} ${name}s`;
}

function linesLike(text: string, is: (line: string) => boolean): { at: number; line: string }[] {
  const found: { at: number; line: string }[] = [];
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf("\n", at);
    const line = text.slice(at, next < 0 ? text.length : next);
    if (is(line)) found.push({ at, line });
    at = next < 0 ? text.length : next + 1;
  }
  return found;
}
