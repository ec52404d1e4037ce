// The message of a commit in an editor: the trailer that Calcifer adds, and the items it may name.
import type { Position } from "vscode-languageserver-types";
import { unusedWaiver } from "../../gate/hook.ts";
import { underWay } from "../../gate/repo.ts";
import { called, keepsItsMessage } from "../../gate/rules.ts";
import { itemTrailer, trailersOf, waiverTrailer } from "../../gate/trailers.ts";
import type { Feature, Page, PlacedLens } from "./feature.ts";
import { itemHere } from "./items.ts";
import type { Around } from "./language.ts";
import { plain } from "./markdown.ts";
import { explained, lineAt, linksTo, offers, rangeIn, referenceAt } from "./references.ts";

const trailer = /^work-item:[ \t]*#(\d{1,15})[ \t]+([a-z0-9]{8})\s*$/i;

export function commitMessage(around: Around): Feature {
  return {
    async complete(page, at, invoked) {
      const before = lineAt(page.text, at.line).slice(0, at.character);
      const line = trailerBegun(before, at, invoked);
      const typed = line?.typed ?? "";
      if (line !== undefined)
        return offers(around, page, { typed, range: rangeIn(at.line, 0, at.character) }, (item) => ({
          label: `#${item.id}`,
          newText: itemTrailer(item),
        }));
      const number = /(?<![\w&])#([\p{L}\p{N}_-]*)$/u.exec(before);
      // At the beginning of a line git takes it for a comment.
      if (!number || (number.index === 0 && !isInput(page))) return { items: [], more: false };
      return offers(
        around,
        page,
        { typed: number[1] ?? "", range: rangeIn(at.line, number.index, at.character) },
        ({ id }) => ({ label: `#${id}`, newText: `#${id}` }),
      );
    },

    async hover(page, at) {
      const line = lineAt(page.text, at.line);
      const [, id, key] = trailer.exec(line) ?? [];
      if (key !== undefined) {
        const markdown = await explained(around, page, Number(id), { key: key.toLowerCase() });
        return markdown === undefined ? undefined : { markdown, range: rangeIn(at.line, 0, line.trimEnd().length) };
      }
      const reference = referenceAt(page.text, at);
      const markdown = reference && (await explained(around, page, reference.id));
      return reference && markdown !== undefined ? { markdown, range: reference.range } : undefined;
    },

    links: (page) => linksTo(around, page),

    async lenses(page) {
      const words = await willAdd(around, page);
      const range = rangeIn(0, 0, lineAt(page.text, 0).length);
      return words.map((_, n): PlacedLens => ({ range, what: n === 0 ? "first" : "second" }));
    },

    async lensWords(page, { what }) {
      const words = await willAdd(around, page);
      const title = words[what === "first" ? 0 : 1];
      return title === undefined ? undefined : { title, command: "" };
    },
  };
}

const isInput = ({ open }: Page): boolean => open.uri.startsWith("vscode-scm:");

/** `Work-Item: #4`, or the beginning of it on a line of its own, below the subject. */
function trailerBegun(before: string, { line }: Position, invoked: boolean): { typed: string } | undefined {
  const whole = /^work-item:[ \t]*#?([\p{L}\p{N}_-]*)$/iu.exec(before);
  if (whole) return { typed: whole[1] ?? "" };
  const begun = before !== "" && "work-item:".startsWith(before.toLowerCase());
  return line > 0 && (begun || (invoked && before === "")) ? { typed: "" } : undefined;
}

/** What the hooks will add to the message as it is. */
async function willAdd(around: Around, page: Page): Promise<string[]> {
  const { repo } = page.place.opened;
  const text = page.text.getText().replace(/\r\n?/g, "\n");
  // git composes these, and they stay as they are.
  if (underWay(repo) !== undefined || keepsItsMessage(text)) return [];
  const { branch, mark } = await itemHere(around, page.place);
  const there = trailersOf(text);
  const waiver = await unusedWaiver(repo, branch);
  const trailers: string[] = [];
  if (mark && !there.keys.includes(mark.key))
    trailers.push(`Calcifer adds “${itemTrailer(mark)}”, for ${called(mark)}`);
  if (waiver && !there.waivers.some((w) => w.check === waiver.check))
    trailers.push(`Calcifer adds “${plain(waiverTrailer(waiver.check, waiver.reason)).slice(0, 200)}”`);
  // `$(x)` would become an icon.
  return trailers.map((words) => words.replaceAll("$(", "$ ("));
}
