// The settings as VS Code gets to see them.
import assert from "node:assert/strict";
import { settingsContribution } from "../scripts/update/settings.ts";
import { type Setting, settings } from "./settings.ts";

describe("settings", () => {
  const all = Object.entries(settings as Record<string, Setting>);

  it("each has a plain sentence, a place of its own and a default that fits its schema", () => {
    for (const [key, { schema, sentence }] of all) {
      assert.match(key, /^calcifer(\.[a-z][A-Za-z]*)+$/);
      assert.match(sentence, /^[A-Z][^\n`*[\]]{10,198}\.$/, key);
      assert.deepEqual(schema.parse(undefined), schema.parse(schema.parse(undefined)), key);
    }
    assert.equal(new Set(all.map(([, { order }]) => order)).size, all.length);
  });

  it("a path or a program is never a workspace's to say", () => {
    const named = all.filter(([, { restricted }]) => restricted);
    assert.deepEqual(
      named.map(([key, { scope }]) => [key, scope]),
      [
        ["calcifer.home", "machine"],
        ["calcifer.runtime", "machine"],
      ],
    );
    assert.deepEqual(settingsContribution().restricted, ["calcifer.home", "calcifer.runtime"]);
  });

  it("become contributes.configuration, with every string in package.nls.json", () => {
    const { configuration, nls } = settingsContribution();
    assert.deepEqual(Object.keys(configuration.properties).sort(), all.map(([key]) => key).sort());
    assert.deepEqual(configuration.properties["calcifer.trace"], {
      type: "string",
      enum: ["off", "messages", "verbose"],
      enumDescriptions: ["%setting.trace.off%", "%setting.trace.messages%", "%setting.trace.verbose%"],
      default: "off",
      description: "%setting.trace%",
      scope: "window",
      order: 7,
    });
    assert.deepEqual(configuration.properties["calcifer.home"], {
      type: "string",
      default: "",
      description: "%setting.home%",
      scope: "machine",
      order: 5,
    });
    const asked = [...JSON.stringify(configuration).matchAll(/%([^%"]+)%/g)].map(([, key]) => key as string);
    assert.deepEqual(asked.sort(), Object.keys(nls).sort());
    assert.ok(Object.values(nls).every((text) => text.length > 0));
  });
});
