// What VS Code's guidelines ask of an extension and can be read in its manifest and its source.
// The numbers are those of the checklist the extension is held against.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "oxc-parser";

const root = path.dirname(import.meta.dirname);

interface Entry {
  command?: string;
  submenu?: string;
  when?: string;
  group?: string;
}

interface Setting {
  default?: unknown;
  type?: string;
  description?: string;
  markdownDescription?: string;
  enum?: string[];
  enumDescriptions?: string[];
  scope?: string;
  order?: number;
}

interface View {
  id: string;
  icon?: string;
  contextualTitle?: string;
  when?: string;
}

interface Manifest {
  [field: string]: unknown;
  name: string;
  engines: { vscode: string };
  devDependencies: Record<string, string>;
  contributes: {
    commands: { command: string; title: string; category?: string; icon?: string; enablement?: string }[];
    menus?: Record<string, Entry[]>;
    submenus?: { id: string }[];
    viewsContainers?: Record<string, { id: string; icon: string }[]>;
    views?: Record<string, View[]>;
    keybindings?: { command: string; key: string; when?: string }[];
    configuration?: { properties: Record<string, Setting> };
    walkthroughs?: { steps: { media: { altText?: string }; completionEvents?: string[] }[] }[];
    viewsWelcome?: { view: string; contents: string; when?: string }[];
  };
}

const manifest = JSON.parse(read("package.json")) as Manifest;
const strings = JSON.parse(read("package.nls.json")) as Record<string, string>;
const { commands, menus = {}, views = {}, keybindings = [], viewsContainers = {} } = manifest.contributes;
const settings = Object.entries(manifest.contributes.configuration?.properties ?? {});
const source = globSync("extension/**/*.ts", { cwd: root }).filter((file) => !file.endsWith(".test.ts"));
const pages = globSync("extension/webviews/**/*.{ts,css}", { cwd: root });

function read(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}

/** A sentence of the manifest as a person reads it. */
function said(text: string | undefined): string {
  return (text ?? "").replace(/^%(.+)%$/, (whole, key: string) => strings[key] ?? whole);
}

function none(complaints: string[]): void {
  assert.equal(complaints.length, 0, `\n${complaints.join("\n")}`);
}

const isKey = (text: string | undefined): boolean => /^%[\w.-]+%$/.test(text ?? "");
const entries = Object.entries(menus).flatMap(([menu, all]) => all.map((entry) => ({ menu, ...entry })));
const palette = menus.commandPalette ?? [];

describe("the manifest: commands", () => {
  it("1: each has our category, our prefix, and a title that can be translated", () => {
    none(
      commands.flatMap(({ command, title, category }) => [
        ...(category === "Calcifer" ? [] : [`${command}: category ${category}`]),
        ...(command.startsWith(`${manifest.name}.`) ? [] : [`${command}: prefix`]),
        ...(isKey(title) ? [] : [`${command}: the title “${title}” stands in the manifest`]),
        ...(/\p{Extended_Pictographic}/u.test(said(title)) ? [`${command}: an emoji`] : []),
      ]),
    );
  });

  it("2: each that needs to know about what is kept from the palette, or enabled only then", () => {
    // Menus that hand the command what it was called on.
    const handing = /\/context$|^calcifer\./;
    const needing = new Set(entries.filter(({ menu }) => handing.test(menu)).map(({ command }) => command));
    none(
      commands
        .filter(({ command, enablement }) => needing.has(command) && enablement === undefined)
        .filter(({ command }) => !palette.some((entry) => entry.command === command && entry.when !== undefined))
        .map(({ command }) => `${command} is always in the palette`),
    );
  });

  it("2: what menus name exists", () => {
    const known = new Set(commands.map(({ command }) => command));
    const submenus = new Set((manifest.contributes.submenus ?? []).map(({ id }) => id));
    none([
      ...entries.flatMap(({ menu, command }) => (command && !known.has(command) ? [`${menu}: ${command}`] : [])),
      ...entries.flatMap(({ menu, submenu }) => (submenu && !submenus.has(submenu) ? [`${menu}: ${submenu}`] : [])),
    ]);
  });

  it("31: each key has a condition", () => {
    none(keybindings.filter(({ when }) => !when).map(({ command, key }) => `${key} (${command}) works everywhere`));
  });
});

describe("the manifest: running", () => {
  it("3: activates when VS Code has started, not before", () => {
    assert.deepEqual(manifest.activationEvents, ["onStartupFinished"]);
  });

  it("4: is limited in untrusted folders, where settings that name a path or a program do not count", () => {
    const { untrustedWorkspaces: untrusted } = manifest.capabilities as {
      untrustedWorkspaces: { supported: unknown; description?: string; restrictedConfigurations: string[] };
    };
    assert.equal(untrusted.supported, "limited");
    assert.ok(isKey(untrusted.description));
    const dangerous = settings
      .map(([key]) => key)
      .filter((key) => /home|runtime|path|folder|program|command/i.test(key));
    assert.deepEqual([...untrusted.restrictedConfigurations].sort(), dangerous.sort());
  });

  it("5: says that it needs files and processes", () => {
    const { virtualWorkspaces } = manifest.capabilities as {
      virtualWorkspaces: { supported: unknown; description?: string };
    };
    assert.equal(virtualWorkspaces.supported, false);
    assert.ok(isKey(virtualWorkspaces.description));
    assert.deepEqual(manifest.extensionKind, ["workspace"]);
  });

  it("6: is written for the oldest VS Code it runs on, and for what is stable there", () => {
    const [, oldest] = /^\^(\d+\.\d+)\.0$/.exec(manifest.engines.vscode) ?? [];
    const [, types] = /^(\d+\.\d+)\./.exec(manifest.devDependencies["@types/vscode"] ?? "") ?? [];
    assert.equal(types, oldest);
    assert.equal(manifest.enabledApiProposals, undefined);
  });
});

describe("the manifest: how it presents itself", () => {
  it("7: has a picture of 128 pixels or more", () => {
    const png = readFileSync(path.join(root, String(manifest.icon)));
    assert.equal(png.toString("latin1", 1, 4), "PNG");
    assert.ok(png.readUInt32BE(16) >= 128 && png.readUInt32BE(16) === png.readUInt32BE(20));
  });

  it("7: has what the Marketplace asks for, and no address that is invented", () => {
    const known = ["SCM Providers", "Other", "Visualization", "Testing", "Linters", "Language Packs", "Snippets"];
    const { categories, keywords, pricing, qna, galleryBanner, repository, bugs } = manifest as {
      categories?: string[];
      keywords?: string[];
      galleryBanner?: { color: string; theme: string };
    } & Manifest;
    none((categories ?? ["none"]).filter((category) => !known.includes(category)));
    assert.ok((keywords ?? []).length > 0 && (keywords ?? []).length <= 5);
    assert.equal(pricing, "Free");
    assert.ok(qna === "marketplace" || qna === false);
    assert.match(galleryBanner?.color ?? "", /^#[0-9a-f]{6}$/);
    const addresses = [repository, bugs].map((one) => (typeof one === "object" ? (one as { url?: string })?.url : one));
    none(
      addresses
        .filter((url) => url !== undefined && !/^https:\/\/(?!example)/.test(JSON.stringify(url).replaceAll('"', "")))
        .map((url) => JSON.stringify(url)),
    );
  });

  it("7: README and CHANGELOG are there, with every picture they show", () => {
    none(
      ["README.md", "CHANGELOG.md"].flatMap((file) =>
        [...read(file).matchAll(/!\[([^\]]*)\]\((?!https:)([^)]+)\)/g)].flatMap(([, alt, picture = ""]) => [
          ...(existsSync(path.join(root, picture)) ? [] : [`${file}: ${picture} is not there`]),
          ...(alt ? [] : [`${file}: ${picture} has no words for who does not see it`]),
        ]),
      ),
    );
  });

  it("38: a walkthrough has four to eight steps, with words for its pictures and an end to each", () => {
    for (const { steps } of manifest.contributes.walkthroughs ?? assert.fail("there is none")) {
      assert.ok(steps.length >= 4 && steps.length <= 8, `${steps.length} steps`);
      assert.ok(steps.every(({ media, completionEvents = [] }) => media.altText && completionEvents.length > 0));
    }
  });
});

describe("the manifest: languages", () => {
  const asked = [...JSON.stringify(manifest).matchAll(/"%([^%"]+)%"/g)].map(([, key = ""]) => key);

  it("10: every key has its words, and no words are left over", () => {
    none(asked.filter((key) => strings[key] === undefined).map((key) => `%${key}% is not in package.nls.json`));
    none(
      Object.keys(strings)
        .filter((key) => !asked.includes(key))
        .map((key) => `package.nls.json: nobody asks for ${key}`),
    );
  });

  it("10: every other language has the same keys", () => {
    for (const file of globSync("package.nls.*.json", { cwd: root }))
      assert.deepEqual(Object.keys(JSON.parse(read(file))).sort(), Object.keys(strings).sort(), file);
  });

  it("10: no sentence stands in the manifest itself", () => {
    const { commands: _, snippets: __, ...others } = manifest.contributes as Record<string, unknown>;
    const fields =
      /"(title|description|markdownDescription|name|label|contents|altText|contextualTitle)":"(?!%)([^"]+)"/g;
    const plain = [...JSON.stringify(others).matchAll(fields)].map(([, field, text]) => `${field}: ${text}`);
    none(plain.filter((line) => line !== "title: Calcifer"));
  });

  it("10: what is said at run time can be translated", () => {
    assert.deepEqual(untranslated("a.ts", 'tell("It is done."); tell(vscode.l10n.t("Done."));'), [
      "a.ts:1 “It is done.”",
    ]);
    none(
      source
        .filter((file) => !/extension\/(actions|places)\.ts$/.test(file))
        .flatMap((file) => untranslated(file, read(file))),
    );
  });
});

describe("the manifest: views and menus", () => {
  const all = Object.values(views).flat();

  it("11: one container, at most four views, each with picture, title and condition", () => {
    assert.deepEqual(Object.keys(viewsContainers), ["activitybar"]);
    assert.equal(viewsContainers.activitybar?.length, 1);
    assert.ok(all.length > 0 && all.length <= 4, `${all.length} views`);
    none(all.filter((view) => !view.icon || !view.contextualTitle || !view.when).map(({ id }) => id));
  });

  it("11: pictures of views are drawn with the colour of the place they are in", () => {
    const files = [
      ...all.map(({ icon }) => icon),
      ...Object.values(viewsContainers).flatMap((c) => c.map((o) => o.icon)),
    ];
    assert.ok(files.length > 0);
    for (const file of new Set(files)) {
      const svg = read(file ?? assert.fail());
      assert.match(svg, /^<svg[^>]* width="24" height="24" viewBox="0 0 24 24"/, file);
      assert.match(svg, /currentColor/, file);
      assert.doesNotMatch(svg, /#[0-9a-f]{3,8}|rgb|gradient/i, file);
    }
  });

  it("13: an empty view offers one button at most, as long as it is empty for one reason", () => {
    const welcomes = manifest.contributes.viewsWelcome ?? [];
    assert.ok(welcomes.length > 0);
    const buttons = (text: string) => text.split("\n").filter((line) => /^\[[^\]]+\]\([^)]+\)$/.test(line.trim()));
    none(
      welcomes.filter(({ contents }) => buttons(said(contents)).length > 1).map(({ view, when }) => `${view} ${when}`),
    );
    none(welcomes.filter(({ when }) => !when).map(({ view }) => `${view}: a welcome without a condition`));
  });

  it("15: no row has more than three inline actions, and none that destroys", () => {
    const inline = (menus["view/item/context"] ?? []).filter(({ group }) => group?.startsWith("inline"));
    none(inline.filter(({ command }) => /drop|delete|remove/.test(command ?? "")).map(({ command }) => `${command}`));
    for (const { id } of all) {
      for (const row of rows) {
        const shown = inline.filter(({ when }) => holds(when ?? "", id, row)).map(({ command }) => command);
        assert.ok(shown.length <= 3, `${id}, “${row}”: ${shown.join(", ")}`);
      }
    }
  });

  it("16: no view has more than three buttons in its title", () => {
    const buttons = (menus["view/title"] ?? []).filter(({ group }) => group?.startsWith("navigation"));
    for (const { id } of all) {
      const places = buttons.filter(({ when }) => when?.includes(`view == ${id}`)).map(({ group }) => group);
      // What takes turns in one place is one button.
      assert.ok(new Set(places).size <= 3, `${id}: ${places.join(", ")}`);
    }
    const icons = new Set(commands.filter(({ icon }) => icon).map(({ command }) => command));
    none(buttons.filter(({ command }) => !icons.has(command ?? "")).map(({ command }) => `${command} has no icon`));
  });

  it("no condition asks a key that VS Code sets itself, by the name of a view", () => {
    const ids = Object.values(manifest.contributes.views ?? {}).flatMap((views) => views.map(({ id }) => id));
    const asked = JSON.stringify(manifest.contributes).match(/(?<!view == )calcifer\.\w+(?= [=!<>])/g) ?? [];
    assert.deepEqual(
      asked.filter((key) => ids.includes(key)),
      [],
    );
  });

  it("32: a context menu says of what it is, and puts more than three of a kind into a submenu", () => {
    const of: [RegExp, RegExp][] = [
      [/^view\/item\/context$/, /view == .*viewItem/],
      [/^view\/title$/, /view ==/],
      [/^scm\//, /scmProvider/],
      [/^explorer\/context$/, /resource/],
      [/^editor\//, /resource|editorLangId/],
      [/^webview\/context$/, /webviewId|webviewSection/],
    ];
    none(
      entries
        .filter(({ menu, when = "" }) => of.some(([name, words]) => name.test(menu) && !words.test(when)))
        .map(({ menu, command, when }) => `${menu}: ${command} when ${when}`),
    );
    const ours = entries.filter(({ menu }) => /^(scm|explorer|editor|webview)\//.test(menu));
    const kinds = Object.groupBy(ours, ({ menu, group = "" }) => `${menu} ${group.split("@")[0]}`);
    none(Object.entries(kinds).flatMap(([kind, many = []]) => (many.length > 3 ? [`${kind}: ${many.length}`] : [])));
  });
});

describe("the manifest: settings", () => {
  it("37: each has default, scope, order, and says in few words what it does", () => {
    assert.ok(settings.length > 0);
    none(
      settings.flatMap(([key, setting]) => {
        const description = said(setting.description ?? setting.markdownDescription);
        return [
          ...(setting.default === undefined ? [`${key}: no default`] : []),
          ...(setting.scope ? [] : [`${key}: no scope`]),
          ...(setting.order === undefined ? [`${key}: no order`] : []),
          ...(description.length > 0 && description.length < 200 ? [] : [`${key}: ${description.length} characters`]),
          ...(setting.enum && setting.enumDescriptions?.length !== setting.enum.length
            ? [`${key}: choices unsaid`]
            : []),
        ];
      }),
    );
  });

  it("37: a folder cannot say what is run, or where the data is", () => {
    const machine = settings.filter(([key]) => /\.(home|runtime)$/.test(key)).map(([, { scope }]) => scope);
    assert.deepEqual(machine, ["machine", "machine"]);
  });
});

describe("the pages of the extension", () => {
  it("34: load nothing but what lies beside them, and run nothing but our script", () => {
    const documents = source.filter((file) => /<!DOCTYPE html>/i.test(read(file)));
    assert.ok(documents.length > 0, "there is no page");
    for (const file of documents) {
      assert.match(read(file), /default-src 'none'/, file);
      assert.match(read(file), /script-src 'nonce-/, file);
      assert.doesNotMatch(read(file), /unsafe-inline|unsafe-eval|https?:/, file);
      assert.match(read(file), /<html lang=[\s\S]*<title>[\s\S]*<main/, file);
    }
    const hosts = source.filter((file) => /enableScripts: true/.test(read(file)));
    assert.ok(hosts.length > 0);
    none(
      hosts.filter((file) => !/localResourceRoots/.test(read(file))).map((file) => `${file}: no localResourceRoots`),
    );
  });

  it("34: tell VS Code nothing that would let them run any command", () => {
    none(source.filter((file) => /enableCommandUris: true|isTrusted: true|= true;.*isTrusted/.test(read(file))));
  });

  it("36: keep what they show by themselves", () => {
    none(source.filter((file) => /retainContextWhenHidden: true/.test(read(file))));
  });

  it("35: take every colour from the theme", () => {
    for (const planted of ["a { color: #fff; }", "a { border: 1px solid red }", "a { fill: rgb(1 2 3) }"])
      assert.equal(coloured("a.css", planted).length, 1, planted);
    none(pages.flatMap((file) => coloured(file, read(file))));
  });
});

/** Values of contextValue that rows have; the menus' conditions are tried on each. */
const rows = [
  ...["planned", "active", "done", "dropped"].flatMap((status) =>
    ["", " ready", " blocked", " unknown"].flatMap((standing) =>
      ["", " unpushed"].map((push) => `item ${status}${standing}${push}`),
    ),
  ),
  ...["entry", "checklist", "notes", "document", "clean", "no-conflict", "current", "judged"].flatMap((check) =>
    ["yes", "no", "unknown"].flatMap((state) => ["", " conflicts"].map((more) => `check ${check} ${state}${more}`)),
  ),
  "service inForce",
  "service notInForce",
  "trunk",
  "stranger",
  "detached",
  "unregistered",
  "repo",
  "group",
];

/** Whether a condition can hold for a row: whatever else it asks for is taken as given. */
function holds(when: string, view: string, row: string): boolean {
  return when.split("&&").every((part) => {
    const [, name] = /^\s*view == (\S+)\s*$/.exec(part) ?? [];
    if (name !== undefined) return name === view;
    const [, value] = /^\s*viewItem == (.+?)\s*$/.exec(part) ?? [];
    if (value !== undefined) return value.replace(/^'(.*)'$/, "$1") === row;
    const [, pattern] = /^\s*viewItem =~ \/(.+)\/\s*$/.exec(part) ?? [];
    return pattern === undefined || new RegExp(pattern).test(row);
  });
}

function coloured(file: string, text: string): string[] {
  const colour = new RegExp(
    [
      "#[0-9a-f]{3,8}\\b(?![-\\w])",
      "\\b(rgba?|hsla?|oklch|lab)\\(",
      "(color|background|border[\\w-]*|fill|stroke):[^;\\n]*\\b(white|black|red|green|blue|yellow|orange|gr[ae]y|purple|pink)\\b",
    ].join("|"),
    "i",
  );
  return text.split("\n").flatMap((line, i) => {
    const code = line.replaceAll(/--vscode-[\w-]+/g, "");
    // A class's own fields look like colours.
    const plain = file.endsWith(".ts") ? code.replaceAll(/\/\/.*|\b\w+\??\.#\w+|^\s*([a-z]+ )*#\w+/g, "") : code;
    return colour.test(plain) ? [`${file}:${i + 1} ${line.trim()}`] : [];
  });
}

interface Syntax {
  type: string;
  start: number;
  [field: string]: unknown;
}

/** Words that a person would read, outside of everything that translates them. */
function untranslated(file: string, text: string): string[] {
  const { program } = parseSync(file, text);
  const found: { start: number; words: string }[] = [];
  look(program as unknown as Syntax, [], found);
  return found.map(({ start, words }) => `${file}:${text.slice(0, start).split("\n").length} “${words}”`);
}

/** Fields whose words VS Code or a page shows, be it one word. */
const shown = /^(title|label|placeHolder|placeholder|prompt|tooltip|detail|description|aria-label|name)$/;

function look(node: Syntax, above: Syntax[], found: { start: number; words: string }[]): void {
  if (isHidden(node)) return;
  const words = wordsOf(node, above.at(-1));
  if (words !== undefined) found.push({ start: node.start, words });
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value])
      if (typeof child === "object" && child !== null && typeof (child as Syntax).type === "string")
        look(child as Syntax, [...above, node], found);
}

/** What translates, what is for us, and what no person sees. */
function isHidden(node: Syntax): boolean {
  if (/^(Import|TS(Literal|Template)|ExportAll)/.test(node.type)) return true;
  if (node.type === "NewExpression") return isDefect(node);
  if (node.type !== "CallExpression") return false;
  return /(^|\.)(t|describe|getConfiguration|executeCommand|trace|debug|info|warn|error|appendLine)$/.test(
    nameOf(node.callee as Syntax),
  );
}

/** Nobody is told of what was cancelled; a mistake of ours is for a report. */
function isDefect({ callee, arguments: given }: Syntax): boolean {
  const name = nameOf(callee as Syntax);
  return (
    /Error$/.test(name) ||
    (name === "Fault" && /^(internal|invalid|cancelled)$/.test(String((given as Syntax[])[0]?.value)))
  );
}

function nameOf(callee: Syntax): string {
  if (callee.type === "MemberExpression") return `.${nameOf(callee.property as Syntax)}`;
  return typeof callee.name === "string" ? callee.name : "";
}

function wordsOf(node: Syntax, parent: Syntax | undefined): string | undefined {
  if (node.type === "Literal" && typeof node.value === "string") {
    const field = parent?.type === "Property" && parent.value === node ? nameOf(parent.key as Syntax) : "";
    const one = shown.test(field) && /^[A-Z][a-z]+$/.test(node.value) && node.value !== "Calcifer";
    return one || isSentence(node.value) ? node.value : undefined;
  }
  if (node.type !== "TemplateLiteral") return undefined;
  const quasis = (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
  // Of a page's template what is between the tags, and what is read out.
  const text = quasis.join("…").replaceAll(/<[^>]*>/g, "\n");
  return text.split(/\n|…/).find((line) => isSentence(line.trim()));
}

const isSentence = (text: string): boolean => /^[A-Z][a-z]*('s)? \(?[a-zA-Z]{2,}/.test(text);
