// Every command of the extension: title, icon, where it is offered and when. What it does is in run/<room>.ts.
// Plain data without vscode: the manifest is derived from it (scripts/update/contributes.ts).

/** One place of a command in a menu of VS Code's. */
export interface Place {
  /** the menu's name in the manifest */
  menu:
    | "view/title"
    | "view/item/context"
    | "scm/title"
    | "calcifer.groupBy"
    | "calcifer.item.edit"
    | "calcifer.item.plan"
    | "calcifer.service.remote";
  when?: string;
  /** `navigation@1`, `inline@1`, or a group that begins with its number */
  group: string;
}

export interface Action {
  title: string;
  /** a codicon's name */
  icon?: string;
  /** changes something: needs a trusted workspace and a daemon */
  acts?: boolean;
  /** when it can be done, beside that */
  enablement?: string;
  /** when the palette offers it: always if left out, `false` for never */
  palette?: string | false;
  places?: Place[];
}

const inNow = (item: string, group: string): Place => ({
  menu: "view/item/context",
  when: `view == calcifer.now && viewItem =~ ${item}`,
  group,
});
const inWork = (item: string, group: string): Place => ({
  menu: "view/item/context",
  when: `view == calcifer.work && viewItem =~ ${item}`,
  group,
});
const inServices = (item: string, group: string): Place => ({
  menu: "view/item/context",
  when: `view == calcifer.services && viewItem =~ ${item}`,
  group,
});
/** In the submenu of an item in Work. */
const inEdit = (place: number, when?: string): Place => ({
  menu: "calcifer.item.edit",
  ...(when && { when }),
  group: `1_edit@${place}`,
});
/** One item, not several. */
const one = (place: Place): Place => ({ ...place, when: `${place.when} && !listMultiSelection` });
const inPlan = (place: number): Place => ({
  menu: "calcifer.item.plan",
  when: "!listMultiSelection",
  group: `1_plan@${place}`,
});
const inRemote = (place: number): Place => ({ menu: "calcifer.service.remote", group: `1_remote@${place}` });
const titleOf = (view: string, group: string, when = ""): Place => ({
  menu: "view/title",
  when: `view == calcifer.${view}${when && ` && ${when}`}`,
  group,
});

const withService = "calcifer.serviceCount > 0";
const withItem = "calcifer.item";
/** At least one endpoint is watched. */
const watched = "calcifer.watched";
const withIncident = "calcifer.incident";
/** Not in a browser alone. */
const onMachine = "calcifer.situation != missing";
/** Context values of items: `item active ready`, `item planned`, `item done unpushed`, `item dropped`. */
const anyItem = "/^item\\b/";
const active = "/^item active\\b/";
const planned = "/^item planned\\b/";

export const actions = {
  "calcifer.work.add": {
    title: "New Work Item…",
    icon: "add",
    acts: true,
    enablement: withService,
    places: [
      titleOf("work", "navigation@1"),
      one(inServices("/^service\\b/", "inline@1")),
      titleOf("now", "navigation@1"),
    ],
  },
  "calcifer.work.show": {
    title: "Open Work Item…",
    icon: "go-to-file",
    enablement: withService,
    places: [one(inWork(anyItem, "1_open@1")), one(inNow(anyItem, "1_open@1")), one(inServices(anyItem, "1_open@1"))],
  },
  "calcifer.work.start": {
    title: "Start Work Item…",
    icon: "play",
    acts: true,
    enablement: withService,
    places: [
      one(inWork(planned, "inline@1")),
      one(inWork(planned, "2_change@1")),
      one(inServices(planned, "inline@1")),
      one(inNow("/^trunk\\b/", "inline@1")),
    ],
  },
  "calcifer.work.worktree": {
    title: "Start in a Work Tree of Its Own…",
    acts: true,
    enablement: withService,
    places: [one(inWork(planned, "2_change@2"))],
  },
  "calcifer.work.adopt": {
    title: "Make This Branch a Work Item…",
    icon: "git-branch",
    acts: true,
    enablement: withService,
    palette: withService,
    places: [one(inNow("/^stranger\\b/", "inline@1"))],
  },
  "calcifer.work.switch": {
    title: "Switch to Its Branch",
    icon: "git-branch",
    acts: true,
    palette: false,
    places: [one(inWork(active, "1_open@2")), one(inServices(active, "1_open@2"))],
  },
  "calcifer.work.commit": {
    title: "Commit with Entry…",
    icon: "git-commit",
    acts: true,
    enablement: "calcifer.situation == ready",
    places: [
      { menu: "scm/title", when: "scmProvider == git && scmProviderRootUri in calcifer.roots", group: "navigation@9" },
      inNow("/^check (entry|clean)\\b/", "inline@1"),
      one(inNow(active, "inline@1")),
      one(inWork(active, "2_change@1")),
    ],
  },
  "calcifer.work.check": {
    title: "Tick the Checklist…",
    icon: "checklist",
    acts: true,
    palette: withItem,
    places: [
      inNow("/^check checklist (no|unknown)/", "inline@1"),
      inEdit(1, "!listMultiSelection && viewItem =~ /^item (planned|active)\\b/"),
    ],
  },
  "calcifer.work.note": {
    title: "Write Notes…",
    icon: "edit",
    acts: true,
    palette: withItem,
    places: [
      inNow("/^check notes (no|unknown)/", "inline@1"),
      inEdit(2, "!listMultiSelection && viewItem =~ /^item (planned|active)\\b/"),
    ],
  },
  "calcifer.work.document": {
    title: "Open the Required Document",
    icon: "book",
    acts: true,
    palette: withItem,
    places: [
      inNow("/^check document\\b/", "inline@1"),
      inEdit(3, "!listMultiSelection && viewItem =~ /^item (planned|active)\\b/"),
    ],
  },
  "calcifer.work.label": {
    title: "Set Labels…",
    icon: "tag",
    acts: true,
    palette: withItem,
    places: [inEdit(4)],
  },
  "calcifer.work.type": {
    title: "Set Type…",
    acts: true,
    palette: withItem,
    places: [inEdit(5)],
  },
  "calcifer.work.update": {
    title: "Update from Trunk",
    icon: "repo-pull",
    acts: true,
    palette: withItem,
    places: [inNow("/^check (no-conflict|current) (no|unknown)/", "inline@1"), one(inWork(active, "2_change@3"))],
  },
  "calcifer.work.resolve": {
    title: "Resolve Conflicts…",
    icon: "git-merge",
    acts: true,
    palette: false,
    places: [inNow("/^check clean no conflicts\\b/", "inline@0")],
  },
  "calcifer.work.finish": {
    title: "Merge & Complete",
    icon: "git-merge",
    acts: true,
    palette: withItem,
    places: [
      one(inNow("/^item active ready\\b/", "inline@2")),
      one(inWork("/^item active ready\\b/", "inline@1")),
      inWork(active, "3_merge@1"),
      one(inServices("/^item active ready\\b/", "inline@1")),
    ],
  },
  "calcifer.work.merge": {
    title: "Merge Only",
    acts: true,
    palette: withItem,
    places: [one(inWork(active, "3_merge@2"))],
  },
  "calcifer.work.push": {
    title: "Push the Merge",
    icon: "cloud-upload",
    acts: true,
    palette: withService,
    places: [one(inWork("/unpushed/", "inline@1"))],
  },
  "calcifer.work.drop": {
    title: "Drop…",
    acts: true,
    palette: withItem,
    places: [inWork("/^item (planned|active)\\b/", "9_end@1")],
  },
  "calcifer.work.restore": {
    title: "Restore Dropped Item…",
    icon: "discard",
    acts: true,
    palette: withService,
    places: [inWork("/^item dropped\\b/", "inline@1")],
  },
  "calcifer.work.delete": {
    title: "Delete…",
    acts: true,
    palette: withItem,
    places: [inWork(anyItem, "9_end@2")],
  },
  "calcifer.work.copy": {
    title: "Copy Reference",
    palette: false,
    places: [inWork(anyItem, "8_copy@1"), one(inNow(anyItem, "8_copy@1")), inServices(anyItem, "8_copy@1")],
  },
  "calcifer.work.search": {
    title: "Search Work Items…",
    icon: "search",
    enablement: withService,
    places: [titleOf("work", "navigation@2")],
  },
  "calcifer.work.filter": {
    title: "Filter Work Items…",
    icon: "filter",
    enablement: withService,
    palette: withService,
    places: [titleOf("work", "navigation@3", "!calcifer.work.filtered")],
  },
  "calcifer.work.filter.change": {
    title: "Change Filter…",
    icon: "filter-filled",
    palette: false,
    places: [titleOf("work", "navigation@3", "calcifer.work.filtered")],
  },
  "calcifer.work.filter.clear": {
    title: "Clear Filter and Search",
    icon: "clear-all",
    palette: "calcifer.work.filtered",
    places: [titleOf("work", "2_filter@1", "calcifer.work.filtered")],
  },
  "calcifer.work.group.status": grouping("Status", "status", 1),
  "calcifer.work.group.service": grouping("Service", "service", 2),
  "calcifer.work.group.type": grouping("Type", "type", 3),
  "calcifer.work.group.label": grouping("Label", "label", 4),
  "calcifer.work.more": { title: "Show More Work Items", palette: false },
  "calcifer.work.refresh": {
    title: "Refresh",
    palette: withService,
    places: [titleOf("now", "9_refresh@1"), titleOf("work", "9_refresh@1"), titleOf("services", "9_refresh@1")],
  },

  "calcifer.work.clone": { title: "Copy Work Item…", acts: true, palette: withService, places: [inPlan(1)] },
  "calcifer.work.relate": { title: "Relate to Another Item…", acts: true, palette: withService, places: [inPlan(2)] },
  "calcifer.work.unrelate": { title: "Take a Relation Back…", acts: true, palette: withService, places: [inPlan(3)] },
  "calcifer.work.template.save": { title: "Save as Template…", acts: true, palette: withService, places: [inPlan(4)] },
  "calcifer.work.filter.save": {
    title: "Save Filter…",
    acts: true,
    palette: withService,
    enablement: "calcifer.work.filtered",
    places: [titleOf("work", "2_filter@2")],
  },
  "calcifer.work.filter.use": {
    title: "Saved Filters…",
    palette: withService,
    places: [titleOf("work", "2_filter@1")],
  },

  "calcifer.gate.show": {
    title: "Show Merge Checks…",
    icon: "checklist",
    palette: withService,
    places: [one(inWork("/^item active\\b(?! ready)/", "inline@1")), one(inNow(active, "1_open@2"))],
  },
  "calcifer.gate.act": { title: "Do What a Check Asks For", palette: false },
  "calcifer.gate.test": {
    title: "Run Tests",
    icon: "beaker",
    acts: true,
    palette: withItem,
    places: [inNow("/^check tests\\b/", "inline@1")],
  },
  "calcifer.gate.waive": {
    title: "Waive a Check…",
    acts: true,
    palette: withItem,
    places: [inNow("/^check (entry|judged) (no|unknown)/", "2_waive@1")],
  },

  "calcifer.changes.add": {
    title: "Write an Entry…",
    icon: "new-file",
    acts: true,
    palette: withItem,
    places: [inNow("/^check entry (no|unknown)/", "2_write@1")],
  },
  "calcifer.changes.show": {
    title: "Open CHANGES.md",
    icon: "list-unordered",
    palette: withService,
    places: [inNow("/^check entry\\b/", "1_open@1"), one(inServices("/^service\\b/", "2_files@1"))],
  },
  "calcifer.changes.release": {
    title: "Release…",
    icon: "tag",
    acts: true,
    palette: withService,
    places: [one(inServices("/^service\\b/", "3_release@1"))],
  },

  "calcifer.service.add": {
    title: "Register a Repository as a Service…",
    icon: "add",
    acts: true,
    places: [titleOf("services", "navigation@1")],
  },
  "calcifer.service.new": {
    title: "New Service from Template…",
    icon: "new-folder",
    acts: true,
    enablement: onMachine,
    places: [titleOf("services", "1_make@1")],
  },
  "calcifer.service.detect": {
    title: "Detect Services in Compose Files…",
    acts: true,
    enablement: onMachine,
    places: [titleOf("services", "1_make@2")],
  },
  "calcifer.service.graph": {
    title: "Show Service Graph",
    icon: "type-hierarchy",
    enablement: onMachine,
    places: [titleOf("services", "navigation@3", withService)],
  },
  "calcifer.service.depend": {
    title: "Set Dependencies…",
    acts: true,
    enablement: withService,
    palette: withService,
    places: [one(inServices("/^service\\b/", "2_service@3"))],
  },
  "calcifer.service.live": {
    title: "Show What Is Merged but Not Live",
    palette: withService,
    places: [one(inServices("/^service\\b/", "3_release@2"))],
  },
  "calcifer.service.live-set": {
    title: "Say What Is Live…",
    acts: true,
    palette: withService,
    places: [one(inServices("/^service\\b/", "3_release@3"))],
  },
  "calcifer.service.template-diff": {
    title: "What Changed in Its Template",
    palette: withService,
    places: [one(inServices("/^service\\b.* templated\\b/", "2_files@4"))],
  },
  "calcifer.service.retire": {
    title: "Retire Service…",
    acts: true,
    palette: withService,
    places: [one(inServices("/^service\\b/", "9_end@0"))],
  },
  "calcifer.service.restore": {
    title: "Bring a Retired Service Back…",
    acts: true,
    enablement: onMachine,
    places: [titleOf("services", "1_make@3")],
  },
  "calcifer.service.doctor": {
    title: "Check the Hooks",
    icon: "pulse",
    acts: true,
    palette: withService,
    places: [one(inServices("/^service notInForce\\b/", "inline@0")), one(inServices("/^service\\b/", "2_service@1"))],
  },
  "calcifer.service.folder": {
    title: "Open Folder",
    icon: "folder-opened",
    palette: false,
    places: [one(inServices("/^service\\b/", "inline@3")), one(inServices("/^service\\b/", "1_open@1"))],
  },
  "calcifer.service.terminal": {
    title: "Open Terminal Here",
    icon: "terminal",
    palette: false,
    places: [one(inServices("/^service inForce\\b/", "inline@2")), one(inServices("/^service\\b/", "1_open@3"))],
  },
  "calcifer.service.policy": {
    title: "Open .calcifer.yaml",
    palette: withService,
    places: [one(inServices("/^service\\b/", "2_files@2"))],
  },
  "calcifer.service.rename": {
    title: "Rename…",
    acts: true,
    palette: false,
    places: [one(inServices("/^service\\b/", "2_service@2"))],
  },
  "calcifer.service.remove": {
    title: "Remove Service…",
    acts: true,
    palette: withService,
    places: [one(inServices("/^service\\b/", "9_end@1"))],
  },

  "calcifer.health.show": {
    title: "Show Health",
    icon: "graph-line",
    palette: withService,
    places: [titleOf("services", "navigation@2"), one(inServices("/^service\\b.* watched\\b/", "1_open@2"))],
  },
  "calcifer.health.add": {
    title: "Add Endpoint…",
    icon: "add",
    acts: true,
    enablement: withService,
    places: [one(inServices("/^service\\b/", "4_health@1"))],
  },
  "calcifer.health.check": {
    title: "Check an Endpoint Now…",
    icon: "refresh",
    acts: true,
    palette: watched,
    places: [one(inServices("/^service\\b.* watched\\b/", "4_health@2"))],
  },
  "calcifer.health.pause": { title: "Pause an Endpoint…", icon: "debug-pause", acts: true, palette: watched },
  "calcifer.health.resume": { title: "Resume an Endpoint…", icon: "debug-start", acts: true, palette: watched },
  "calcifer.health.edit": { title: "Edit an Endpoint…", icon: "edit", acts: true, palette: watched },
  "calcifer.health.remove": { title: "Remove an Endpoint…", icon: "trash", acts: true, palette: watched },
  "calcifer.health.export": {
    title: "Export Health as CSV…",
    icon: "export",
    palette: watched,
    places: [one(inServices("/^service\\b.* watched\\b/", "4_health@3"))],
  },

  "calcifer.incident.show": {
    title: "Show Incident…",
    icon: "bell-dot",
    palette: withIncident,
    places: [one(inServices("/^incident\\b/", "1_open@1"))],
  },
  "calcifer.incident.acknowledge": {
    title: "Acknowledge Incident…",
    icon: "bell-slash",
    acts: true,
    palette: withIncident,
    places: [one(inServices("/^incident open\\b/", "inline@1")), one(inServices("/^incident open\\b/", "2_change@1"))],
  },
  "calcifer.incident.note": {
    title: "Add a Note to the Incident…",
    icon: "note",
    acts: true,
    palette: withIncident,
    places: [one(inServices("/^incident\\b/", "2_change@2"))],
  },
  "calcifer.incident.item": {
    title: "Open the Incident's Work Item",
    icon: "new-file",
    acts: true,
    palette: withIncident,
    places: [one(inServices("/^incident\\b/", "inline@2")), one(inServices("/^incident\\b/", "1_open@2"))],
  },
  "calcifer.incident.link": {
    title: "Link a Work Item to the Incident…",
    icon: "link",
    acts: true,
    palette: withIncident,
    places: [one(inServices("/^incident (?!.*linked)/", "2_change@3"))],
  },
  "calcifer.incident.resolve": {
    title: "Resolve Incident…",
    icon: "pass",
    acts: true,
    palette: withIncident,
    places: [one(inServices("/^incident\\b/", "3_end@1"))],
  },

  "calcifer.remote.sync": {
    title: "Synchronize All Services with Their Remotes",
    icon: "sync",
    acts: true,
    enablement: withService,
    places: [titleOf("services", "2_all@1", withService)],
  },
  "calcifer.remote.fetch": { title: "Fetch All Services", acts: true, enablement: withService },
  "calcifer.remote.pull": { title: "Pull All Services", acts: true, enablement: withService },
  "calcifer.remote.push": { title: "Push All Services", acts: true, enablement: withService },
  "calcifer.remote.sync.one": { title: "Synchronize", acts: true, palette: false, places: [inRemote(1)] },
  "calcifer.remote.fetch.one": { title: "Fetch", acts: true, palette: false, places: [inRemote(2)] },
  "calcifer.remote.pull.one": { title: "Pull", acts: true, palette: false, places: [inRemote(3)] },
  "calcifer.remote.push.one": { title: "Push", acts: true, palette: false, places: [inRemote(4)] },

  "calcifer.docs.search": {
    title: "Search Everything…",
    icon: "search",
    enablement: withService,
    places: [titleOf("services", "2_all@2", withService)],
  },
  "calcifer.docs.search.one": {
    title: "Search in This Service…",
    palette: false,
    places: [one(inServices("/^service\\b/", "1_open@4"))],
  },
  "calcifer.docs.new": {
    title: "New Document…",
    icon: "new-file",
    acts: true,
    enablement: withService,
    places: [one(inServices("/^service\\b/", "2_files@3"))],
  },

  "calcifer.ide.vscode": {
    title: "Set Up .vscode…",
    acts: true,
    enablement: onMachine,
    places: [one(inServices("/^service\\b/", "2_files@3"))],
  },

  "calcifer.backup.now": { title: "Back Up the Database Now", acts: true, enablement: onMachine },
  "calcifer.daemon.status": { title: "Show Daemon Status", enablement: onMachine },
  "calcifer.daemon.restart": { title: "Reconnect to the Daemon", enablement: onMachine },
  "calcifer.daemon.logs": { title: "Show Log", icon: "output", enablement: onMachine },
  "calcifer.report": { title: "Report Issue…", enablement: onMachine },
  "calcifer.walkthrough": { title: "Get Started", enablement: onMachine },
} satisfies Record<string, Action>;

export const submenus: { id: Place["menu"]; label: string; icon?: string; place: Place }[] = [
  {
    id: "calcifer.groupBy",
    label: "Group By",
    icon: "$(list-tree)",
    place: { menu: "view/title", when: "view == calcifer.work", group: "1_group@1" },
  },
  { id: "calcifer.item.edit", label: "Edit", place: inWork(anyItem, "4_edit@1") },
  { id: "calcifer.item.plan", label: "Plan", place: one(inWork(anyItem, "4_edit@2")) },
  { id: "calcifer.service.remote", label: "Remote", place: one(inServices("/^service\\b/", "2_service@4")) },
];

export type ActionId = keyof typeof actions;

function grouping(title: string, by: string, place: number): Action {
  return {
    title,
    palette: false,
    enablement: `calcifer.work.groupBy != ${by}`,
    places: [{ menu: "calcifer.groupBy", group: `1_group@${place}` }],
  };
}
