// A badge that says how much of a service its tests cover: a small picture, as SVG text.
import { branchTip } from "../../gate/refs.ts";
import { treeOf } from "../../gate/trees.ts";
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import type { Repos } from "../git/repos.ts";
import { resolveService } from "../service/service.ts";
import type { Call, World } from "../world.ts";
import { newestCoverage } from "./store.ts";

/** Of the trunk as it is, where that was tested; else of the newest pass. */
export function badges(world: World, repos: Repos): Implements<Api["gate"], Call>["badge"] {
  return async (asked) => {
    const service = await resolveService(world, repos, asked);
    const { repo, objects } = await repos.open(service.repo);
    const tip = await branchTip(repo, service.trunk);
    const tree = tip && (await treeOf(objects, tip));
    const ofTrunk = tree === undefined ? undefined : await newestCoverage(world.db, service.id, tree);
    const run = ofTrunk ?? (await newestCoverage(world.db, service.id));
    const coverage = run?.coverage ?? null;
    return {
      service: service.name,
      coverage,
      commit: run?.commit ?? null,
      at: run?.at ?? null,
      trunk: ofTrunk !== undefined,
      svg: badge("coverage", coverage === null ? "unknown" : `${Math.floor(coverage)} %`, colourOf(coverage)),
    };
  };
}

/** Dark enough for white letters. */
const colourOf = (coverage: number | null): string =>
  coverage === null ? "#5f6368" : coverage >= 80 ? "#2c7a3f" : coverage >= 50 ? "#8a6100" : "#b3261e";

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => escapes[c] as string);
/** Letters are stretched to this, so that the box fits them in every font. */
const widthOf = (text: string): number => text.length * 6.6;

export function badge(label: string, value: string, colour: string): string {
  const [left, right] = [Math.round(widthOf(label)) + 12, Math.round(widthOf(value)) + 12];
  const [name, said] = [escaped(label), escaped(value)];
  const words = (text: string, at: number, length: number) =>
    `<text x="${at}" y="14" textLength="${length - 12}">${text}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${name}: ${said}">
<title>${name}: ${said}</title>
<clipPath id="c"><rect width="${left + right}" height="20" rx="3"/></clipPath>
<g clip-path="url(#c)"><rect width="${left}" height="20" fill="#444"/><rect x="${left}" width="${right}" height="20" fill="${escaped(colour)}"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${words(name, 6, left)}${words(said, left + 6, right)}</g>
</svg>
`;
}
