// `contributes` of package.json and the strings of package.nls.json, from the extension's tables.
import { type Action, actions, submenus } from "../../extension/actions.ts";
import { views, walkthrough, welcomes } from "../../extension/places.ts";
import { settingsContribution } from "./settings.ts";

type Json = Record<string, unknown>;

/** Keys of package.nls.json that are made here; others are written by hand and kept. */
const made = /^(command|submenu|view|welcome|walkthrough|setting|configuration)\./;
const container = "calcifer";

/** @param manifest package.json as it is; what is not derived in it is kept */
export function withContributions(manifest: Json): Json {
  const contributes = manifest.contributes as Json;
  return {
    ...manifest,
    contributes: {
      ...contributes,
      commands: all.map(command),
      submenus: submenus.map(({ id, icon }) => ({ id, label: `%submenu.${id}%`, ...(icon && { icon }) })),
      menus: menus(),
      viewsContainers: {
        activitybar: [{ id: container, title: "%view.container%", icon: "media/activity.svg" }],
      },
      views: { [container]: views.map(view) },
      viewsWelcome: welcomes.map(({ view, when }, i) => ({ view, when, contents: `%welcome.${i + 1}%` })),
      walkthroughs: [guide()],
      configuration: settingsContribution().configuration,
    },
  };
}

/** @param strings package.nls.json as it is */
export function withStrings(strings: Record<string, string>): Record<string, string> {
  const byHand = Object.entries(strings).filter(([key]) => !made.test(key));
  const derived: [string, string][] = [
    ...all.map(([id, { title }]) => [`command.${id}`, title] as [string, string]),
    ...submenus.map(({ id, label }) => [`submenu.${id}`, label] as [string, string]),
    ["view.container", "Calcifer"],
    ...views.map(({ id, name }) => [`view.${id}`, name] as [string, string]),
    ...welcomes.map(({ text }, i) => [`welcome.${i + 1}`, text] as [string, string]),
    ["walkthrough.title", walkthrough.title],
    ["walkthrough.description", walkthrough.description],
    ...walkthrough.steps.flatMap(({ id, title, text, alt }) => [
      [`walkthrough.${id}.title`, title] as [string, string],
      [`walkthrough.${id}.text`, text] as [string, string],
      [`walkthrough.${id}.alt`, alt] as [string, string],
    ]),
    ...Object.entries(settingsContribution().nls),
  ];
  return Object.fromEntries([...byHand, ...derived]);
}

const all = Object.entries(actions) as [string, Action][];

function command([id, action]: [string, Action]): Json {
  const enablement = [action.acts && "isWorkspaceTrusted", action.enablement].filter(Boolean).join(" && ");
  return {
    command: id,
    title: `%command.${id}%`,
    category: "Calcifer",
    ...(action.icon && { icon: `$(${action.icon})` }),
    ...(enablement && { enablement }),
  };
}

function menus(): Json {
  const entries = all.flatMap(([id, { places = [] }]) =>
    places.map(({ menu, when, group }) => ({ menu, entry: { command: id, ...(when && { when }), group } })),
  );
  const opened = submenus.map(({ id, place: { menu, when, group } }) => ({
    menu,
    entry: { submenu: id, when, group },
  }));
  const byMenu = Object.groupBy([...entries, ...opened], ({ menu }) => menu);
  const palette = all.flatMap(([id, action]) =>
    action.palette === undefined ? [] : [{ command: id, when: String(action.palette) }],
  );
  return {
    commandPalette: palette,
    ...Object.fromEntries(Object.entries(byMenu).map(([menu, rows]) => [menu, rows?.map(({ entry }) => entry)])),
  };
}

function view({ id, icon, webview, when, size }: (typeof views)[number]): Json {
  return {
    id,
    name: `%view.${id}%`,
    icon,
    contextualTitle: "%view.container%",
    ...(webview && { type: "webview" }),
    ...(when && { when }),
    initialSize: size,
  };
}

function guide(): Json {
  return {
    id: walkthrough.id,
    title: "%walkthrough.title%",
    description: "%walkthrough.description%",
    icon: "media/icon.png",
    steps: walkthrough.steps.map(({ id, media, done }) => ({
      id,
      title: `%walkthrough.${id}.title%`,
      description: `%walkthrough.${id}.text%`,
      media: { svg: `media/walkthrough/${media}`, altText: `%walkthrough.${id}.alt%` },
      completionEvents: done,
    })),
  };
}
