// Whose branch it is, written while somebody else writes the same file.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { marks, openRepo } from "../../gate/repo.ts";
import { Home } from "../../test/home.ts";
import { mark, unmark } from "./item-marks.ts";

describe("the mark of a branch", () => {
  const item = { id: 42, key: "k7f2q9m3", title: "Add TLS", service: "gateway" };
  let home: Home;
  before(() => {
    home = new Home();
  });
  after(() => home.leave());

  it("waits for another program's lock of the config", async () => {
    const top = await home.repo("repo", { a: "a\n" });
    const repo = await openRepo(top);
    const lock = path.join(top, ".git/config.lock");
    /** The lock is there until git was refused twice. */
    const busy = (): typeof repo => {
      let asked = 0;
      writeFileSync(lock, "");
      const git: typeof repo.git = async (...args) => {
        const ran = await repo.git(...args);
        if (++asked === 2) rmSync(lock);
        return ran;
      };
      return { ...repo, git };
    };
    await mark(busy(), "work/42-add-tls", item);
    assert.equal((await marks(repo)).get("work/42-add-tls")?.key, item.key);
    await unmark(busy(), "work/42-add-tls");
    assert.equal((await marks(repo)).size, 0);
  });
});
