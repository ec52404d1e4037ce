// The built pages in a real browser: what they show, what the keyboard does, what they never do.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { words as commitWords } from "../../extension/webviews/commit/words.ts";
import { type ItemState, words as itemWords } from "../../extension/webviews/item/words.ts";
import { Fault } from "../../protocol/errors.ts";
import { type Opened, type Opening, pagesInBrowser } from "./page-host.ts";
import { CommitHost, commitState, ItemHost, itemState } from "./page-samples.ts";

const root = path.resolve(import.meta.dirname, "../..");
const pictures = path.join(root, "reports/screenshots");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const evil = '<img src=x onerror="document.title=1">';

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

/** What axe finds that keeps somebody from using the page. */
async function serious(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    return (await tool.run()).violations;
  });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

const focused = (page: Page) => page.locator(":focus").getAttribute("aria-label");
const keptBy = (page: Page) => page.evaluate("kept") as Promise<{ id?: number; drafts: { edits: object } }>;
const edits = async (page: Page) => (await keptBy(page)).drafts.edits;

async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await is()); await sleep(20)) assert.ok(Date.now() < end, String(is));
}

function box(found: { y: number; height: number } | null): { top: number; bottom: number } {
  assert.ok(found);
  return { top: found.y, bottom: found.y + found.height };
}
const said = (page: Page) => page.locator("#said").textContent();

describe("the pages in a browser", () => {
  const openedPage = pagesInBrowser();
  before(() => void mkdirSync(pictures, { recursive: true }));

  async function open<W extends typeof commitWords | typeof itemWords>(opening: Opening<W>): Promise<Opened<W>> {
    const one = await openedPage(opening);
    return one;
  }

  async function openItem(more: Partial<Opening<typeof itemWords>> = {}, host = new ItemHost()) {
    const { doors } = host;
    const one = await open({ name: "item", words: itemWords, doors, state: itemState, height: 1000, ...more });
    await one.page.locator("#page > *").first().waitFor();
    return { ...one, host };
  }

  async function openCommit(more: Partial<Opening<typeof commitWords>> = {}, host = new CommitHost()) {
    const background = "--vscode-sideBar-background";
    const { doors } = host;
    const size = { width: 320, height: 760, background };
    const one = await open({ name: "commit", words: commitWords, doors, state: commitState, ...size, ...more });
    await one.page.locator("#page > *").first().waitFor();
    return { ...one, host };
  }

  for (const name of ["commit", "item"]) {
    it(`${name} is less than 150 kB of script`, () => {
      assert.ok(statSync(path.join(root, "dist/webviews", `${name}.js`)).size < 150_000);
    });
  }

  for (const theme of ["dark", "light", "contrast"]) {
    it(`nothing serious is found by axe, ${theme}`, async () => {
      const commit = await openCommit({ theme });
      await commit.page.locator("#message").fill("Redirect plain HTTP\n\nNobody speaks it any more.");
      await commit.page.locator(".preview").waitFor();
      await commit.page.screenshot({ path: path.join(pictures, `commit-${theme}.png`) });
      const item = await openItem({ theme, width: 1040 });
      await item.page.screenshot({ path: path.join(pictures, `item-${theme}.png`), fullPage: true });
      assert.deepEqual([...(await serious(commit.page)), ...(await serious(item.page))], []);
    });
  }

  describe("the item's page", () => {
    it("shows hostile words as words", async () => {
      const host = new ItemHost();
      const text = `${evil}\n\n![x](https://a.b/c.png) [y](javascript:alert(1))`;
      const state = host.change({
        title: evil,
        description: text,
        labels: [evil],
        checklist: [{ text: evil, done: false }],
      });
      const { page } = await openItem({ state }, host);
      assert.equal(await page.locator("textarea.title").inputValue(), evil);
      assert.equal(await page.locator("#page img, #page script").count(), 0);
      assert.equal(await page.title(), "item");
    });

    for (const width of [300, 700]) {
      it(`needs no scrolling to the side at ${width} px`, async () => {
        const { page } = await openItem({ width });
        assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
        if (width === 300) await page.screenshot({ path: path.join(pictures, "item-narrow.png"), fullPage: true });
      });
    }

    it("moves a point by alt and an arrow, keeps the focus, and says where it is", async () => {
      const { page, host } = await openItem();
      await page.getByRole("checkbox", { name: "Tests cover it" }).focus();
      await page.keyboard.press("Alt+ArrowDown");
      await page.locator("#said", { hasText: /./ }).waitFor({ state: "attached" });
      assert.equal(await said(page), "“Tests cover it” is now 3 of 4");
      assert.equal(await focused(page), "Tests cover it");
      assert.deepEqual(host.item.checklist.map(({ text }) => text)[2], "Tests cover it");
    });

    it("moves a point by drag", async () => {
      const { page, host } = await openItem();
      const points = page.locator(".checklist > li");
      await points.nth(0).hover();
      await points
        .nth(0)
        .locator(".grip")
        .dragTo(points.nth(2), { targetPosition: { x: 60, y: 24 } });
      await page.locator("#said", { hasText: /./ }).waitFor({ state: "attached" });
      assert.equal(host.item.checklist[2]?.text, "Tried as a user would");
    });

    it("ticks, adds, changes and removes points by keyboard", async () => {
      const { page, host } = await openItem();
      await page.getByRole("checkbox", { name: "The docs say how to use it" }).press("Space");
      await page.locator(".point.done").nth(2).waitFor();
      await page.getByRole("textbox", { name: "Add a point" }).fill("Told the team");
      await page.keyboard.press("Enter");
      await page.getByRole("checkbox", { name: "Told the team" }).waitFor();
      assert.equal(await focused(page), "Add a point");
      await page.getByRole("textbox", { name: "Point 5" }).fill("Told everybody");
      await page.keyboard.press("Enter");
      await page.getByRole("checkbox", { name: "Told everybody" }).waitFor();
      await page.getByRole("button", { name: "Remove “Tests cover it”" }).press("Enter");
      await page.getByRole("checkbox", { name: "Tests cover it" }).waitFor({ state: "detached" });
      assert.deepEqual(
        host.item.checklist.map(({ text, done }) => `${text} ${done}`),
        [
          "Tried as a user would true",
          "The docs say how to use it true",
          `${itemState.item?.checklist[3]?.text} false`,
          "Told everybody false",
        ],
      );
    });

    it("counts notes as a person does, up to the limit and past it", async () => {
      const { page, host } = await openItem();
      const notes = page.getByRole("textbox", { name: "Notes" });
      await notes.fill("👩‍👩‍👧‍👦".repeat(2000));
      assert.equal(await page.locator("#notes-count").textContent(), "2,000 / 2,000");
      await notes.press("Control+Enter");
      await page.waitForFunction(`!JSON.stringify(kept).includes('"edits":{"notes"')`);
      assert.equal(host.item.notes, "👩‍👩‍👧‍👦".repeat(2000));

      await notes.fill(`${"x".repeat(2000)}👍`);
      assert.equal(await page.locator("#notes-count").textContent(), "2,001 / 2,000");
      assert.match((await page.locator("#notes-over").textContent()) ?? "", /1 characters too many/);
      assert.equal(await notes.getAttribute("aria-invalid"), "true");
      await notes.blur();
      assert.ok((await notes.inputValue()).endsWith("👍"));
      assert.equal(host.calls.filter(([method]) => method === "work.note").length, 1);
    });

    it("saves a title on Enter, and restores it on Escape", async () => {
      const { page, host } = await openItem();
      const title = page.getByRole("textbox", { name: "Title" });
      await title.fill("Something else");
      await title.press("Escape");
      assert.equal(await title.inputValue(), itemState.item?.title);
      await title.fill("Add TLS 1.3");
      await title.press("Enter");
      await page.getByRole("heading", { name: "#42 Add TLS 1.3" }).waitFor({ state: "attached" });
      assert.equal(host.item.title, "Add TLS 1.3");
    });

    it("takes what others change while something else is typed, and saves both", async () => {
      const { page, host, push } = await openItem();
      const title = page.getByRole("textbox", { name: "Title" });
      await title.fill("Mine");
      await push(host.change({ notes: "Theirs" }));
      assert.equal(await page.getByRole("textbox", { name: "Notes" }).inputValue(), "Theirs");
      assert.equal(await title.inputValue(), "Mine");
      // The page has not heard of this one when it saves.
      host.change({ labels: ["late"] });
      await title.press("Enter");
      await page.getByRole("heading", { name: "#42 Mine" }).waitFor({ state: "attached" });
      assert.deepEqual([host.item.title, host.item.notes, host.item.labels], ["Mine", "Theirs", ["late"]]);
    });

    for (const whose of ["Mine", "Theirs"]) {
      it(`shows two changes of one text, and keeps ${whose.toLowerCase()} when told so`, async () => {
        const { page, host, push } = await openItem();
        const title = page.getByRole("textbox", { name: "Title" });
        await title.fill("Mine");
        await push(host.change({ title: "Theirs" }));
        await title.press("Enter");
        const conflict = page.getByRole("group", { name: "Two changes of the same text" });
        assert.match((await conflict.textContent()) ?? "", /Changed on the command line meanwhile:\s*Theirs/);
        assert.equal(await title.inputValue(), "Mine");
        assert.deepEqual(await serious(page), []);
        await conflict.getByRole("button", { name: whose === "Mine" ? "Keep Mine" : "Take Theirs" }).click();
        await conflict.waitFor({ state: "detached" });
        await page.getByRole("heading", { name: `#42 ${whose}` }).waitFor({ state: "attached" });
        assert.equal(await title.inputValue(), whose);
      });
    }

    it("keeps what is being typed over being hidden", async () => {
      const { page } = await openItem();
      await page.getByRole("textbox", { name: "Title" }).fill("Half a ti");
      const kept = await page.evaluate(() => (globalThis as unknown as { kept: { id: number } }).kept);
      assert.equal(kept.id, 42);
      const again = await openItem({ kept });
      assert.equal(await again.page.getByRole("textbox", { name: "Title" }).inputValue(), "Half a ti");
    });

    it("saves what is typed when the typing pauses, where the cursor is, and what is typed then", async () => {
      const { page, host, push } = await openItem();
      await page.getByRole("button", { name: "Edit description" }).click();
      const description = page.getByRole("textbox", { name: "Description" });
      await description.press("Control+Home");
      await page.keyboard.type("So ");
      await until(() => host.item.description.startsWith("So "));
      assert.equal(await focused(page), "Description");
      await page.keyboard.type("far. ");
      await until(() => host.item.description.startsWith("So far. "));
      await description.blur();
      await description.waitFor({ state: "detached" });
      await push(host.state);
      await page.getByText("So far. Plain HTTP still").waitFor();
      assert.equal(host.calls.filter(([method]) => method === "work.edit").length, 2);
      assert.deepEqual(await edits(page), {});
    });

    it("goes on in a point that was saved meanwhile, and does not remove one that is empty for a moment", async () => {
      const { page, host } = await openItem();
      const point = page.getByRole("textbox", { name: "Point 2" });
      await point.fill("Tests of ");
      await until(() => host.item.checklist[1]?.text === "Tests of");
      // The space at the end was not saved, and is not taken from under the cursor either.
      await page.keyboard.type("all");
      assert.equal(await focused(page), "Point 2");
      assert.equal(await point.inputValue(), "Tests of all");
      await until(() => host.item.checklist[1]?.text === "Tests of all");
      await point.fill("");
      await page.waitForTimeout(1200);
      assert.equal(host.item.checklist.length, 4);
    });

    it("restores on Escape what was there before, also when a pause has saved", async () => {
      const { page, host } = await openItem();
      const title = page.getByRole("textbox", { name: "Title" });
      await title.fill("Something else");
      await until(() => host.item.title === "Something else");
      await title.press("Escape");
      await until(() => host.item.title === itemState.item?.title);
      await page.getByRole("heading", { name: `#42 ${host.item.title}` }).waitFor({ state: "attached" });
      assert.equal(await title.inputValue(), itemState.item?.title);
    });

    it("saves once what was typed while the daemon was away", async () => {
      const { page, host, push } = await openItem();
      await push({ ...host.state, connection: "lost" });
      const title = page.getByRole("textbox", { name: "Title" });
      await title.fill("Typed in the dark");
      await title.blur();
      await page.getByRole("textbox", { name: "Point 3" }).fill("The docs say it");
      await page.getByRole("textbox", { name: "Point 3" }).blur();
      assert.deepEqual(host.calls, []);
      // Meanwhile somebody has removed the first point: the third is the second now.
      await push(host.change({ checklist: host.item.checklist.slice(1) }));
      await page.getByRole("heading", { name: "#42 Typed in the dark" }).waitFor({ state: "attached" });
      await until(() => host.item.checklist[1]?.text === "The docs say it");
      await push(host.state);
      // One by another, two by us.
      assert.equal(host.item.version, 10);
      assert.deepEqual(await edits(page), {});
    });

    it("saves what a page before it was left with, when the daemon has told the newest", async () => {
      const { page } = await openItem({ state: { ...itemState, connection: "lost" } });
      await page.getByRole("textbox", { name: "Notes" }).fill("Half a no");
      const kept = await keptBy(page);
      const host = new ItemHost();
      await openItem({ kept }, host);
      await until(() => host.item.notes === "Half a no");
    });

    it("shows both texts when the other came while mine was being saved", async () => {
      const { page, host } = await openItem();
      await page.getByRole("textbox", { name: "Title" }).fill("Mine");
      // The page has not heard of this one when it saves.
      host.change({ title: "Theirs" });
      await page.keyboard.press("Enter");
      await page.getByRole("group", { name: "Two changes of the same text" }).waitFor();
      assert.equal(host.item.title, "Theirs");
    });

    it("has a draft for each of two points with the same text", async () => {
      const host = new ItemHost();
      const state = host.change({ checklist: ["Same", "Same"].map((text) => ({ text, done: false })) });
      const { page } = await openItem({ state }, host);
      await page.getByRole("textbox", { name: "Point 2" }).fill("Another");
      assert.equal(await page.getByRole("textbox", { name: "Point 1" }).inputValue(), "Same");
      await page.keyboard.press("Enter");
      await until(() => host.item.checklist[1]?.text === "Another");
      assert.equal(host.item.checklist[0]?.text, "Same");
    });

    it("shows the type that holds when another was refused", async () => {
      const { page, host } = await openItem();
      const type = page.getByRole("combobox", { name: "Type" });
      host.refuse = new Fault("refused", "It stays what it is.");
      await type.selectOption("bug");
      await page.locator(".refusal", { hasText: "It stays what it is." }).waitFor();
      assert.equal(await type.inputValue(), "feature");
      host.refuse = undefined;
      await type.selectOption("bug");
      await until(() => host.item.type === "bug");
      assert.equal(await type.inputValue(), "bug");
    });

    it("does not take a restored page's word for being trusted", async () => {
      const { page } = await openItem();
      const kept = { ...(await keptBy(page)), made: "another document" };
      // The host says nothing more, so that the first paint is what stays.
      const again = await openItem({ kept, state: { ...itemState, trusted: false }, silent: true });
      assert.match((await again.page.locator(".banner").textContent()) ?? "", /not trusted/);
      assert.equal(await again.page.getByRole("textbox", { name: "Title" }).getAttribute("readonly"), "");
    });

    it("lets fall what is no message", async () => {
      const { page } = await openItem();
      for (const message of [null, "x", 3, {}, { state: null }, { state: { connection: "up" } }, { id: 1, fault: 1 }])
        await page.evaluate(`window.postMessage(${JSON.stringify(message)})`);
      await page.getByRole("textbox", { name: "Title" }).fill("Still here");
      assert.equal(await page.getByRole("heading", { name: "#42" }).count(), 1);
    });

    it("names the key that saves as it is called on a Mac", async () => {
      const { page } = await openItem();
      await page.evaluate("Object.defineProperty(navigator, 'platform', { value: 'MacIntel' })");
      await page.getByRole("button", { name: "Edit description" }).click();
      assert.match((await page.locator("#description-help").textContent()) ?? "", /⌘Enter saves/);
    });

    it("edits the description where it stands, and follows its links by the host", async () => {
      const { page, host } = await openItem();
      await page.getByRole("link", { name: "the notes" }).click();
      assert.deepEqual(host.calls, [["link", { href: "docs/tls.md" }]]);
      await page.getByRole("button", { name: "Edit description" }).click();
      await page.getByRole("textbox", { name: "Description" }).press("Escape");
      assert.equal(await focused(page), "Edit description");
    });

    it("says why it cannot be merged, and runs the commands of the item", async () => {
      const { page, host } = await openItem();
      const merge = page.getByRole("button", { name: "Merge & Complete" });
      assert.equal(await merge.getAttribute("aria-disabled"), "true");
      assert.match((await page.locator("#why-not").textContent()) ?? "", /^3 things to do before it can be merged\.$/);
      await page.getByRole("button", { name: "Create it from its template" }).click();
      await page.getByRole("button", { name: "More Actions…" }).click();
      await page.getByRole("button", { name: "Drop…" }).click();
      await page.getByRole("button", { name: "Waive…" }).waitFor({ state: "detached" });
      assert.deepEqual(host.calls.at(-1), ["run", { command: "calcifer.work.drop" }]);
    });

    const readOnly: [string, Partial<ItemState>, RegExp][] = [
      ["the daemon is lost", { connection: "lost" }, /The Calcifer daemon is gone/],
      ["the daemon was stopped", { connection: "stopped" }, /The Calcifer daemon was stopped. Start it/],
      ["the daemon cannot be reached", { connection: "failed" }, /cannot be reached. Show the log/],
      ["the workspace is not trusted", { trusted: false }, /not trusted/],
    ];
    for (const [what, state, sentence] of readOnly) {
      it(`stays readable, and is not changed, when ${what}`, async () => {
        const { page } = await openItem({ state: { ...itemState, ...state } });
        assert.match((await page.locator(".banner").textContent()) ?? "", sentence);
        const readonly = await page.getByRole("textbox", { name: "Title" }).getAttribute("readonly");
        // What is typed while the daemon is away is saved when it is back.
        assert.equal(readonly, state.trusted === false ? "" : null);
        for (const box of await page.getByRole("checkbox").all()) assert.ok(await box.isDisabled());
        assert.ok(await page.getByText("certificates of the internal authority, see").isVisible());
      });
    }

    it("says that the item was deleted", async () => {
      const { page, push } = await openItem();
      await push({ ...itemState, item: null, gone: true });
      await page.getByRole("heading", { name: "Work item #42 was deleted." }).waitFor();
    });
  });

  describe("the Commit view", () => {
    it("commits what is chosen, by keyboard, and keeps what is left", async () => {
      const { page, host } = await openCommit();
      await page.getByRole("checkbox", { name: "docs/tls.md" }).press("Space");
      await page.getByRole("textbox", { name: "Message" }).fill("Redirect plain HTTP");
      await page.getByRole("combobox", { name: "Under" }).selectOption("Fixed");
      await page.locator(".preview ins", { hasText: "### Fixed" }).waitFor();
      await page.keyboard.press("Control+Enter");
      await page.getByText("Committed 1a2b3c4 Redirect plain HTTP", { exact: true }).last().waitFor();
      const call = host.calls.find(([method]) => method === "work.commit")?.[1];
      assert.deepEqual(call, {
        repo: "/srv/gateway",
        message: "Redirect plain HTTP",
        paths: ["edge/certificates/renew.timer", "edge/nginx.conf", "edge/plain-http.conf"],
        entry: "Add TLS to all public endpoints",
        section: "Fixed",
        all: false,
      });
      assert.equal(await page.getByRole("checkbox", { name: "docs/tls.md" }).isChecked(), false);
      assert.equal(await page.getByRole("textbox", { name: "Message" }).inputValue(), "");
    });

    it("says why it does not commit, and does not", async () => {
      const { page, host } = await openCommit();
      await page.getByText("Write a message.").waitFor();
      await page.getByRole("textbox", { name: "Message" }).press("Control+Enter");
      await page.getByRole("checkbox", { name: "All files" }).press("Space");
      await page.getByText("Choose at least one file. Write a message.").waitFor();
      assert.ok(!host.calls.some(([method]) => method === "work.commit"));
    });

    it("shows the entry that is to be committed, and offers another", async () => {
      const host = new CommitHost();
      host.existing = [{ text: `${evil} (#42)`, line: 7 }];
      const files = [{ path: "CHANGES.md", state: " M" }, ...(commitState.files ?? [])];
      const { page } = await openCommit({ state: { ...commitState, files } }, host);
      await page.getByRole("button", { name: `${evil} (#42)` }).click();
      assert.deepEqual(host.calls.at(-1), ["entry", { file: "CHANGES.md", line: 7 }]);
      await page.getByRole("button", { name: "Add another entry" }).click();
      await page.getByRole("textbox", { name: "Entry in CHANGES.md" }).waitFor();
    });

    it("leaves it open whether one more entry is written after an earlier commit's", async () => {
      const host = new CommitHost();
      host.existing = [{ text: "TLS (#42)", line: 7 }];
      host.needed = false;
      const { page } = await openCommit({}, host);
      await page.getByRole("button", { name: "TLS (#42)" }).waitFor();
      assert.equal(await page.getByRole("textbox", { name: "Entry in CHANGES.md" }).inputValue(), "");
      await page.getByRole("textbox", { name: "Message" }).fill("More");
      await page.keyboard.press("Control+Enter");
      await page.locator(".outcome").waitFor();
      const call = host.calls.find(([method]) => method === "work.commit")?.[1] as { entry?: string };
      assert.equal(call.entry, undefined);
    });

    it("shows why a commit was refused, with what to do next", async () => {
      const host = new CommitHost();
      const reasons = [{ check: "entry", message: "CHANGES.md has no entry for #42.", next: "calcifer commit …" }];
      host.refuse = new Fault("refused", "CHANGES.md has no entry for #42.", { reasons });
      const { page } = await openCommit({}, host);
      await page.getByRole("textbox", { name: "Message" }).fill("More");
      await page.keyboard.press("Control+Enter");
      await page.locator(".refusal").waitFor();
      assert.equal(await said(page), "CHANGES.md has no entry for #42.");
      assert.deepEqual(await serious(page), []);
      await page.getByRole("button", { name: "Write the entry" }).click();
      assert.equal(await page.locator(":focus").getAttribute("id"), "entry");
      assert.equal(await page.getByRole("textbox", { name: "Message" }).inputValue(), "More");
    });

    it("says how far a long commit is, and cancels it", async () => {
      const host = new CommitHost();
      host.slow = true;
      const { page } = await openCommit({}, host);
      await page.getByRole("textbox", { name: "Message" }).fill("More");
      await page.keyboard.press("Control+Enter");
      await page.getByText("Running hooks…").waitFor();
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.locator(".refusal", { hasText: "cancelled" }).waitFor();
    });

    it("has a draft for each branch", async () => {
      const { page, push } = await openCommit();
      const message = page.getByRole("textbox", { name: "Message" });
      await message.fill("For this one");
      await push({
        ...commitState,
        branch: "work/43",
        item: { id: 43, title: "Other", key: null },
        message: "From git",
      });
      assert.equal(await message.inputValue(), "From git");
      await push(commitState);
      assert.equal(await message.inputValue(), "For this one");
    });

    it("shows the repository that holds, whatever was picked", async () => {
      const repos = [...commitState.repos, { repo: "/srv/billing", name: "billing" }];
      const state = { ...commitState, repos };
      const { page, host, push } = await openCommit({ state });
      const repo = page.getByRole("combobox", { name: "Repository" });
      await repo.selectOption("billing");
      await until(() => host.calls.some(([name]) => name === "choose"));
      await push(state);
      assert.equal(await repo.inputValue(), "/srv/gateway");
      await push({ ...state, repo: "/srv/billing" });
      assert.equal(await repo.inputValue(), "/srv/billing");
      await push(state);
      assert.equal(await repo.inputValue(), "/srv/gateway");
    });

    it("shows the sub-heading of each branch's draft, also one that is no longer offered", async () => {
      const { page, push } = await openCommit();
      const under = page.getByRole("combobox", { name: "Under" });
      await under.selectOption("Fixed");
      await push({ ...commitState, branch: "work/43", item: { id: 43, title: "Other", key: null } });
      await until(async () => (await under.inputValue()) === "");
      await under.selectOption("Changed");
      await push(commitState);
      await until(async () => (await under.inputValue()) === "Fixed");
      const kept = await keptBy(page);
      const host = new CommitHost();
      host.sections = [];
      const again = await openCommit({ kept }, host);
      await again.page.locator(".preview").waitFor();
      assert.equal(await again.page.getByRole("combobox", { name: "Under" }).inputValue(), "Fixed");
    });

    it("lets go of the draft of a commit that was made while it was hidden, and of no other", async () => {
      const { page } = await openCommit();
      await page.getByRole("textbox", { name: "Message" }).fill("Made");
      await page.getByRole("checkbox", { name: "docs/tls.md" }).press("Space");
      const kept = await keptBy(page);
      const committed = { repo: "/srv/gateway", branch: commitState.branch ?? "", commit: "c0ffee" };
      const { page: shown, push } = await openCommit({ kept, state: { ...commitState, committed } });
      const message = shown.getByRole("textbox", { name: "Message" });
      await shown.getByText("Write a message.").waitFor();
      assert.equal(await message.inputValue(), "");
      assert.equal(await shown.getByRole("checkbox", { name: "docs/tls.md" }).isChecked(), false);
      // The same one said again: what was begun since then stays.
      await message.fill("The next");
      await push({ ...commitState, committed });
      assert.equal(await message.inputValue(), "The next");
    });

    it("lets go of the draft it committed, not of the branch that is shown by then", async () => {
      const host = new CommitHost();
      const go = host.hold("work.commit");
      const { page, push } = await openCommit({}, host);
      const message = page.getByRole("textbox", { name: "Message" });
      await message.fill("For this one");
      await page.keyboard.press("Control+Enter");
      await page.getByText("Running hooks…").waitFor();
      await push({ ...commitState, branch: "work/43", item: { id: 43, title: "Other", key: null } });
      await message.fill("For the other");
      go();
      await page.locator(".outcome").waitFor();
      assert.equal(await message.inputValue(), "For the other");
      await push(commitState);
      assert.equal(await message.inputValue(), "");
    });

    it("shows the preview of the newest text, whichever answer comes last", async () => {
      const host = new CommitHost();
      const { page } = await openCommit({}, host);
      await page.locator(".preview").waitFor();
      const go = host.hold("changes.preview");
      await page.locator("#entry").fill("Older");
      await until(() => host.calls.some(([, params]) => (params as { text?: string }).text === "Older"));
      host.release("changes.preview");
      await page.locator("#entry").fill("Newer");
      await page.locator(".preview ins", { hasText: "Newer" }).waitFor();
      go();
      await page.waitForTimeout(100);
      assert.equal(await page.locator(".preview ins").textContent(), "- Newer (#42)");
    });

    for (const theme of ["dark", "light", "contrast"]) {
      it(`has its button in sight, clear of the fields, in a small view, ${theme}`, async () => {
        const { page } = await openCommit({ theme, width: 340, height: 420 });
        const button = page.locator(".act vscode-button");
        await page.locator(".preview").waitFor();
        const bottom = async () => box(await button.boundingBox()).bottom;
        assert.ok((await bottom()) <= 420);
        await page.screenshot({ path: path.join(pictures, `commit-small-${theme}.png`) });
        for (const name of ["Under", "Message", "No entry"]) {
          const field = page.getByLabel(name, { exact: true });
          await field.focus();
          const act = box(await page.locator(".act").boundingBox());
          assert.ok(box(await field.boundingBox()).bottom <= act.top, name);
        }
        await page.evaluate("scrollTo(0, 10000)");
        assert.ok((await bottom()) <= 420);
        await page.screenshot({ path: path.join(pictures, `commit-small-end-${theme}.png`) });
        assert.deepEqual(await serious(page), []);
      });
    }

    it("shows files without boxes in a workspace that is not trusted", async () => {
      const { page } = await openCommit({ state: { ...commitState, trusted: false } });
      await page.locator(".files li").first().waitFor();
      assert.equal(await page.locator(".files input").count(), 0);
      await page.screenshot({ path: path.join(pictures, "commit-untrusted.png") });
      assert.deepEqual(await serious(page), []);
    });

    it("offers what can be done where nothing can be committed", async () => {
      const { page, host, push } = await openCommit({ state: { ...commitState, branch: "fix", item: null } });
      await page.getByText("fix belongs to no work item.").waitFor();
      await page.getByRole("button", { name: "Adopt this branch" }).click();
      assert.deepEqual(host.calls.at(-1), ["run", { command: "calcifer.work.adopt" }]);
      await push({ ...commitState, files: [], ready: true });
      await page.getByRole("button", { name: "Merge & Complete" }).click();
      assert.deepEqual(host.calls.at(-1), ["run", { command: "calcifer.work.finish" }]);
    });
  });
});
