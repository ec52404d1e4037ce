import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Fault } from "../../protocol/errors.ts";
import { Daemon, type Ground } from "../../test/daemon.ts";
import { Repos } from "../git/repos.ts";
import { soon } from "../life/trial.ts";
import { writeEndpointPage } from "./docs.ts";
import { type EndpointFacts, findRegion, newPage } from "./region.ts";

const isRefused = (message: RegExp) => (error: unknown) =>
  error instanceof Fault && error.fault === "refused" && message.test(error.message);

describe("the page of an endpoint", () => {
  let daemon: Daemon;
  let ground: Ground;
  let repos: Repos;
  before(async () => {
    daemon = await Daemon.open();
    ground = await daemon.service("web");
    repos = new Repos(daemon.running.world);
  });
  after(async () => {
    repos.close();
    await daemon.leave();
  });
  beforeEach(() => rmSync(ground.path("docs"), { recursive: true, force: true }));

  const facts: EndpointFacts = {
    service: "web",
    name: "healthz",
    target: "https://example.org/healthz",
    kind: "https",
    environment: "production",
    interval: 60,
    expectations: ["status 200", '"ok" in the body'],
    item: null,
    created: "2026-05-01T10:00:00Z",
  };
  const page = "docs/endpoints/healthz.md";
  const write = (more: Partial<EndpointFacts> = {}, at?: string | null) =>
    writeEndpointPage(daemon.running.world, repos, { ...facts, ...more }, at);
  const put = (text: string, file = page) => {
    mkdirSync(path.dirname(ground.path(file)), { recursive: true });
    writeFileSync(ground.path(file), text);
  };

  it("is made once, kept up to date, and says when nobody watches any more", async () => {
    assert.deepEqual(await write(), { path: page, created: true, changed: true });
    const first = ground.read(page);
    for (const part of [
      "# healthz of web",
      "| Target | `https://example.org/healthz` |",
      "every minute",
      "- status 200",
    ])
      assert.ok(first.includes(part), part);
    assert.deepEqual(await write({}, page), { path: page, created: false, changed: false });
    assert.equal((await write({ interval: 90 }, page)).changed, true);
    assert.match(ground.read(page), /every 90 seconds/);
    assert.equal((await write({ ended: "2026-06-01T00:00:00Z" }, page)).changed, true);
    assert.match(ground.read(page), /\*\*Watched no longer\*\*, since 2026-06-01\./);
    await soon(async () => {
      const { documents } = await daemon.client.docs.list({ service: "web" });
      return documents.some((d) => d.path === page && d.kind === "endpoint");
    }, "it is listed");
  });

  it("keeps what people wrote around it, byte for byte", async () => {
    await write();
    const region = findRegion(ground.read(page));
    assert.ok(region.state === "whole");
    const inner = ground.read(page).slice(region.from, region.to).replaceAll("\n", "\r\n");
    const [before, behind] = ["\uFEFF# Mine\r\n\r\n\ttabs  \r\nno end of line: \u{1F525}\n", " \r\nbelow\n\n\n"];
    put(before + inner + behind);
    await write({ target: "https://example.org/other" }, page);
    const after = ground.read(page);
    assert.ok(after.startsWith(before) && after.endsWith(behind));
    assert.match(after, /example\.org\/other/);
    assert.doesNotMatch(after.slice(before.length, -behind.length), /(?<!\r)\n/);
  });

  it("is left alone where its markers are broken or gone", async () => {
    await write();
    const whole = ground.read(page);
    const begin = whole.split("\n").find((line) => line.startsWith("<!-- calcifer:endpoint")) as string;
    const end = "<!-- /calcifer:endpoint -->";
    const cases: [string, RegExp][] = [
      [whole.replace(end, ""), /the line <!-- \/calcifer:endpoint --> is missing/],
      [whole.replace(begin, ""), /the line that begins with <!-- calcifer:endpoint is missing/],
      [`${whole}\n${whole}`, /more than once/],
      [`${end}\n${begin}\n`, /wrong order/],
      ["# Somebody's own\n", /no markers/],
    ];
    for (const [text, why] of cases) {
      put(text);
      await assert.rejects(write({ interval: 5 }, page), isRefused(why));
      await assert.rejects(write({ interval: 5 }), isRefused(why));
      assert.equal(ground.read(page), text);
    }
  });

  it("has a name of its own beside another endpoint's, and none that was removed is made again", async () => {
    await write();
    assert.equal((await write({ name: "Healthz!" })).path, "docs/endpoints/healthz-2.md");
    assert.equal((await write({ name: "Healthz!" })).created, false);
    rmSync(ground.path(page));
    assert.deepEqual(await write({}, page), { path: null, created: false, changed: false });
    assert.deepEqual(await write({ ended: "2026-06-01T00:00:00Z" }), { path: null, created: false, changed: false });
  });

  it("is written where the item's branch is", async () => {
    const { id } = await daemon.client.work.add({ title: "Watch", service: "web" });
    const { worktree } = await daemon.client.work.start({ item: id, repo: ground.top, worktree: true });
    assert.ok(worktree !== null);
    assert.equal((await write({ item: id })).created, true);
    assert.equal(findRegion(readFileSync(path.join(worktree, page), "utf8")).state, "whole");
    assert.throws(() => ground.read(page));
    rmSync(worktree, { recursive: true });
  });

  it("goes through no link, and keeps hostile words and passwords out", async () => {
    mkdirSync(ground.path("docs"), { recursive: true });
    symlinkSync(daemon.folder, ground.path("docs/endpoints"));
    await assert.rejects(write(), isRefused(/leads out of the repository/));
    const text = newPage({
      ...facts,
      name: "a --> b\n<!-- /calcifer:endpoint -->",
      target: "https://me:secret@example.org/`|`?x=<b>\n| x |",
      expectations: ["<script>\n<!-- /calcifer:endpoint -->"],
    });
    const found = findRegion(text);
    assert.ok(found.state === "whole");
    assert.doesNotMatch(text, /secret|[^\\]<script/);
    assert.equal(text.split("\n").filter((line) => line === "<!-- /calcifer:endpoint -->").length, 1);
    assert.match(text, /\| Target \| `` https:\/\/…@example\.org\/`\\\|`\?x=<b> \\\| x \\\| `` \|/);
  });
});
