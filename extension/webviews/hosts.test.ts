// What the hosts of the pages do in the window: which repository, whose item, when they ask, what they refuse.
import assert from "node:assert/strict";
import type { Shown } from "../repos.ts";
import { fakeDaemon, fakeRepos, Showing, world } from "./sandbox.ts";

const item = { id: 42, title: "Add TLS", status: "active" };
const gateway = { repo: "/srv/gateway", service: "gateway", branch: "work/42", trunk: "main", merge: null, item };
const billing = { ...gateway, repo: "/srv/billing", service: "billing", branch: "fix", item: null };
const foreign = { ...gateway, repo: "/srv/other", item: { ...item, status: "foreign" } };
const shown = [gateway, billing, foreign] as unknown as Shown[];
const extension = { fsPath: "/extension" } as never;
const commit = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";
const made = { commit, subject: "s", branch: "work/42", item: 42, files: [], left: [], entry: null };
const params = { repo: "/srv/gateway", message: "s", paths: ["a"] };

beforeEach(() => {
  world.trusted = true;
  world.ran.length = 0;
});

describe("the Commit view's host", () => {
  async function setUp(answer: (method: string, given: Record<string, unknown>) => unknown = answers) {
    const { CommitView } = await import("./commit/view.ts");
    const box = { inputBox: { value: "s" }, status: async () => {} };
    const around = fakeRepos(shown, { "/srv/gateway": box });
    const { daemon, calls } = fakeDaemon(answer);
    const view = new CommitView(extension, daemon, around.repos);
    const showing = new Showing();
    view.resolveWebviewView(showing as never);
    await showing.hears(({ state }) => state?.files);
    return { ...around, calls, showing, box };
  }
  function answers(method: string) {
    if (method === "work.get") return { key: "k7f2q9m3" };
    return method === "work.commit" ? made : { files: [{ path: "a", state: " M" }] };
  }
  async function runs(repo: string, command = "calcifer.work.start"): Promise<unknown> {
    const { showing, repos } = await setUp();
    repos.choose(repo);
    showing.say({ id: 1, method: "run", params: { command } });
    await showing.hears(({ id }) => id === 1);
    return world.ran[0];
  }

  it("makes the repository that is chosen in it the window's", async () => {
    const { showing, window } = await setUp();
    showing.say({ id: 1, method: "choose", params: { repo: "/srv/billing" } });
    await showing.hears(({ state }) => state?.repo === "/srv/billing");
    assert.equal(window.current?.repo, "/srv/billing");
  });

  it("runs commands about the item, else about the repository", async () => {
    assert.deepEqual(await runs("/srv/gateway"), ["calcifer.work.start", 42]);
  });
  it("runs commands about the repository where there is no item", async () => {
    const about = { repo: "/srv/billing", service: "billing" };
    assert.deepEqual(await runs("/srv/billing", "calcifer.work.adopt"), ["calcifer.work.adopt", about]);
  });
  it("takes an item of another database for none", async () => {
    const about = { repo: "/srv/other", service: "gateway" };
    assert.deepEqual(await runs("/srv/other", "calcifer.work.adopt"), ["calcifer.work.adopt", about]);
  });
  it("tells commands about the window nothing more", async () => {
    assert.deepEqual(await runs("/srv/gateway", "calcifer.daemon.logs"), ["calcifer.daemon.logs"]);
  });

  it("shows an item of another database as none, and asks nothing about it", async () => {
    const { showing, repos, calls } = await setUp();
    const before = calls.filter((method) => method === "work.get").length;
    repos.choose("/srv/other");
    const { state } = await showing.hears((message) => message.state?.repo === "/srv/other" && message.state.files);
    assert.equal(state?.item, null);
    assert.equal(calls.filter((method) => method === "work.get").length, before);
  });

  it("does not let an older answer about files replace a newer one", async () => {
    const waiting: ((files: string) => void)[] = [];
    let hold = false;
    const { showing, change } = await setUp((method) => {
      if (method !== "work.uncommitted" || !hold) return answers(method);
      return new Promise((go) => waiting.push((path) => go({ files: [{ path, state: " M" }] })));
    });
    hold = true;
    change();
    change();
    const [older, newer] = waiting;
    newer?.("newer");
    await showing.hears(({ state }) => JSON.stringify(state?.files).includes("newer"));
    older?.("older");
    showing.say({ id: 9, method: "run", params: { command: "calcifer.daemon.logs" } });
    await showing.hears(({ id }) => id === 9);
    assert.match(JSON.stringify(showing.posted.findLast(({ state }) => state)?.state?.files), /newer/);
  });

  it("remembers a commit for a page that was hidden meanwhile, and empties the box it was written in", async () => {
    const { showing, box, window } = await setUp();
    showing.visible = false;
    showing.say({ id: 1, method: "work.commit", params });
    await showing.hears(({ id }) => id === 1);
    showing.show(true);
    const { state } = await showing.hears((message) => message.state?.committed);
    assert.deepEqual(state?.committed, { repo: "/srv/gateway", branch: "work/42", commit });
    assert.equal(box.inputBox.value, "");
    assert.equal(window.refreshed, 1);
  });

  it("acts for no page in a workspace that is not trusted", async () => {
    const { showing, calls } = await setUp();
    world.trusted = false;
    showing.say({ id: 1, method: "work.commit", params });
    const { fault } = await showing.hears(({ id }) => id === 1);
    assert.equal(fault?.fault, "refused");
    assert.ok(!calls.includes("work.commit"));
  });
});

describe("the host of an item's page", () => {
  it("asks once for its title while it is hidden, and again when it is shown", async () => {
    const { ItemPages } = await import("./item/panel.ts");
    const { item: sample } = await import("../../test/editor/page-samples.ts");
    const around = fakeRepos(shown);
    const { daemon, calls } = fakeDaemon((method) => {
      if (method === "work.show") return sample;
      throw new Error("not known");
    });
    const pages = new ItemPages(extension, daemon, around.repos);
    const showing = new Showing();
    showing.visible = false;
    await pages.deserializeWebviewPanel(showing as never, { id: 42 });
    await showing.hears(({ state }) => state?.item);
    assert.equal(showing.title, `#42 ${sample.title}`);
    const asked = calls.length;
    around.change();
    await new Promise((resolve) => setTimeout(resolve, 120));
    assert.equal(calls.length, asked);
    showing.show(true);
    await showing.hears(() => calls.length > asked);
  });
});
