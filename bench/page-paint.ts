// Opening the page of a work item: from the click to its first paint, beside VS Code's preview of Markdown; and what pages weigh.
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import type { Frame } from "playwright-core";
import { getVsCode } from "../scripts/editor/get-vscode.ts";
import { Editor } from "./measure/editor.ts";
import { commitFiles, emptyChanges, makeRepository } from "./measure/repository.ts";
import { compare, type Row, slope } from "./measure/row.ts";
import { type Chain, interleaveChains, randomNumbers } from "./measure/series.ts";
import { type Bench, type Home, run } from "./measure/stage.ts";
import { rows, seen, type Window } from "./measure/window.ts";
import { sentence } from "./measure/words.ts";

type Size = "small" | "large";
type Name = `${"first" | "later"} ${"page" | "preview"} ${Size}`;

const titles: Record<Size, string> = { small: "Small page", large: "Large page" };
const texts: Record<Size, string> = { small: text(2), large: text(60) };

export default {
  name: "page-paint",
  what: "a work item's page, from the click to its first paint, beside the preview of Markdown; size of the pages' scripts",
  run: async (bench) => {
    const home = bench.home("pages");
    const repo = await repository(home);
    const editor = await Editor.start(bench, { home });
    const chains = (["page", "preview"] as const).map((first) => () => windows(editor, repo, first));
    const taken = await interleaveChains<Name>(chains, { rounds: bench.rounds(6, 2), warmups: 0 });
    const preview = (name: Name) => ({ name: "Markdown preview", series: taken[name] });
    return {
      lines: [
        compare({
          what: "page of a large item",
          ours: taken["later page large"],
          beside: preview("later preview large"),
          target: { most: 200 },
        }),
        compare({ what: "the same", ours: taken["later page large"], beside: preview("later preview large") }),
        compare({
          what: "page of a small item",
          ours: taken["later page small"],
          beside: preview("later preview small"),
          target: { most: 200 },
        }),
        compare({
          what: "the first page in a window",
          ours: taken["first page small"],
          beside: preview("first preview small"),
        }),
        ...sizes(bench),
      ],
      slopes: [
        slope("page of an item", ["small", taken["later page small"]], ["large", taken["later page large"]]),
        slope("preview of Markdown", ["small", taken["later preview small"]], ["large", taken["later preview large"]]),
      ],
      notes: [
        "The first webview of a window starts a service worker of VS Code's, whoever shows it. " +
          "Large: 60 paragraphs, 60 points, notes, 40 commits, 200 files.",
      ],
    };
  },
} satisfies Row;

function sizes(bench: Bench) {
  const folder = path.join(bench.folder, "programs/dist/webviews");
  const preview = path.join(getVsCode(), "extensions/markdown-language-features/media/index.js");
  const weight = (file: string) => statSync(file).size / 1000;
  return readdirSync(folder)
    .filter((file) => file.endsWith(".js"))
    .map((file) =>
      compare({
        what: `script of the page ${path.basename(file, ".js")}`,
        ours: [weight(path.join(folder, file))],
        beside: { name: "Markdown preview", series: [weight(preview)] },
        target: { most: 150 },
        unit: "kB",
      }),
    );
}

function text(paragraphs: number): string {
  const random = randomNumbers(paragraphs);
  return Array.from({ length: paragraphs }, () => `${sentence(random, 30)}.`).join("\n\n");
}

/** A repository whose two items are started; the large one's branch has changed many files in many commits. */
async function repository(home: Home): Promise<string> {
  const repo = makeRepository(path.join(home.folder, "repo"), { commits: 10, files: 500 }, home.env);
  const documents = Object.fromEntries(
    (["small", "large"] as const).map((size) => [`${size}.md`, `# ${titles[size]}\n\n${texts[size]}\n`]),
  );
  commitFiles(repo, documents, home.env);
  await home.ask("service.add", { path: repo, commit: true });
  const { trunk } = await home.ask<{ trunk: string }>("service.show", { service: "repo" });
  for (const size of ["small", "large"] as const) {
    const { id } = await home.ask<{ id: number }>("work.add", {
      title: titles[size],
      service: "repo",
      description: texts[size],
    });
    if (size === "large") await fill(home, id);
    run("git", ["switch", "-q", trunk], repo, home.env);
    await home.ask("work.start", { item: id });
    for (let n = 0; size === "large" && n < 40; n++) commitFive(repo, home, n, id);
  }
  return repo;
}

async function fill(home: Home, item: number): Promise<void> {
  const random = randomNumbers(item);
  await home.ask("work.note", { item, text: text(6) });
  for (let n = 0; n < 60; n++) await home.ask("work.check-add", { item, text: `${n} ${sentence(random, 5)}` });
}

/** Each commit of an item's branch has an entry. */
function commitFive(repo: string, home: Home, n: number, item: number): void {
  const names = [0, 1, 2, 3, 4].map((k) => `made/file${n * 5 + k}.txt`);
  const made = Object.fromEntries(names.map((name) => [name, `${name}\n`]));
  const entries = Array.from({ length: n + 1 }, (_, k) => `- Made part ${k} (#${item})\n`).join("");
  commitFiles(repo, { ...made, "CHANGES.md": `${emptyChanges}${entries}` }, home.env);
}

/** A window in which one of the two is opened first; then both in turn, again and again. */
async function windows(editor: Editor, repo: string, first: "page" | "preview"): ReturnType<Chain<Name>> {
  const window = await editor.open(repo);
  await window.settled();
  await prepare(window);
  const open = { page: openPage, preview: openPreview };
  const opened = await open[first](window, "small");
  // The other one's first opening is neither a window's first nor a later one.
  await open[first === "page" ? "preview" : "page"](window, "small");
  const later: Record<string, number[]> = {};
  for (let round = 0; round < 3; round++)
    for (const size of ["small", "large"] as const)
      for (const what of ["page", "preview"] as const) {
        const name = `later ${what} ${size}`;
        later[name] = [...(later[name] ?? []), await open[what](window, size)];
      }
  await editor.close();
  return { ...later, [`first ${first} small`]: opened } as Partial<Record<Name, number | number[]>>;
}

/** Work items on the left, so that one click opens a page. */
async function prepare(window: Window): Promise<void> {
  await window.show("Calcifer", seen(rows("Work"), "row.ariaLevel === '2'"));
  await window.only("Work");
}

async function openPage(window: Window, size: Size): Promise<number> {
  const row = window.page.locator(".monaco-list-row", { hasText: titles[size] }).filter({ visible: true }).first();
  await row.click();
  return painted(window, titles[size]);
}

/** Beside a text that is open already, by a click on the editor's button, as a page is opened by a click. */
async function openPreview(window: Window, size: Size): Promise<number> {
  await window.page.keyboard.press("Control+p");
  const box = window.page.locator(".quick-input-widget:visible");
  await box.locator("input").first().fill(`${size}.md`);
  await box
    .locator(".monaco-list-row.focused", { hasText: `${size}.md` })
    .first()
    .waitFor();
  await window.page.keyboard.press("Enter");
  await window.page.locator(".tab.active", { hasText: `${size}.md` }).waitFor();
  const button = window.page.locator('.editor-actions .action-label[aria-label^="Open Preview to the Side"]').first();
  await button.waitFor();
  await window.page.waitForTimeout(500);
  await button.click();
  return painted(window, titles[size]);
}

/** Milliseconds from the click to the first paint of what it opened; closes that. */
async function painted(window: Window, title: string): Promise<number> {
  const clicked = Number(await window.page.evaluate("bench.clicked"));
  const at = await paintTime(window, title);
  await window.page.waitForTimeout(500);
  await window.closeEditors();
  return at - clicked;
}

async function paintTime(window: Window, title: string): Promise<number> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    for (const frame of window.page.frames().slice(1)) {
      const at = await firstPaint(frame, title);
      if (at !== null) return at;
    }
    await window.page.waitForTimeout(20);
  }
  throw new Error(`“${title}” was never painted.`);
}

/** When the document with this heading had its first contentful paint. Both draw nothing until they have all of it. */
async function firstPaint(frame: Frame, title: string): Promise<number | null> {
  const asked = `(() => {
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    const found = document.querySelector("h1")?.textContent.includes(${JSON.stringify(title)});
    return found && paint ? performance.timeOrigin + paint.startTime : null;
  })()`;
  // A frame that is replaced at this moment has nothing to say.
  return frame.evaluate<number | null>(asked).catch(() => null);
}
