// Where Calcifer appears in VS Code, apart from commands: views, what they say when empty, the walkthrough.
// Plain data without vscode, for the manifest.

export interface View {
  id: string;
  name: string;
  /** a media file */
  icon: string;
  webview?: boolean;
  when: string;
  /** in lines of a usual window, relative to the others */
  size: number;
}

/** A view is left away while there is nothing it could show. */
const usable = "calcifer.situation == ready";

export const views: View[] = [
  { id: "calcifer.now", name: "Now", icon: "media/activity.svg", when: "true", size: 4 },
  { id: "calcifer.commit", name: "Commit", icon: "media/activity.svg", webview: true, when: usable, size: 8 },
  { id: "calcifer.work", name: "Work", icon: "media/activity.svg", when: usable, size: 3 },
  { id: "calcifer.services", name: "Services", icon: "media/activity.svg", when: "calcifer.serviceCount > 0", size: 2 },
];

export interface Welcome {
  view: string;
  when: string;
  /** Markdown: at most one button, a link on a line of its own */
  text: string;
}

const now = "calcifer.now";
export const welcomes: Welcome[] = [
  { view: now, when: "calcifer.situation == starting", text: "Looking for the Calcifer daemon…" },
  {
    view: now,
    when: "calcifer.situation == stopped",
    text: "Calcifer's daemon was stopped.\n\n[Start It](command:calcifer.daemon.restart)",
  },
  {
    view: now,
    when: "calcifer.situation == missing",
    text: "Calcifer needs a VS Code that runs on the machine of your repositories: a desktop, WSL, a container or an SSH host. In a browser alone there is no git.",
  },
  {
    view: now,
    when: "calcifer.situation == failed",
    text: "Calcifer's daemon does not start, so nothing can be told.\n\n[Try Again](command:calcifer.daemon.restart)\n\nThe [log](command:calcifer.daemon.logs) says why.",
  },
  {
    view: now,
    when: "calcifer.situation == 'no folder'",
    text: "Open the folder of a service to work on it.\n\n[Open Folder](command:vscode.openFolder)\n\nOr [make a service from a template](command:calcifer.service.new).\n\nNew here? [See how Calcifer works](command:calcifer.walkthrough).",
  },
  {
    view: now,
    when: "calcifer.situation == 'no repository' && isWorkspaceTrusted",
    text: "Calcifer tracks changes in git repositories, and this folder is none yet.\n\n[Initialize Repository](command:git.init)",
  },
  {
    view: now,
    when: "calcifer.situation == 'no service' && isWorkspaceTrusted",
    text: "This repository is not registered as a service yet. Registering writes a policy and a CHANGES.md, and installs git hooks beside those you have.\n\n[Register This Repository](command:calcifer.service.add?%22here%22)\n\nOr [find services in compose files](command:calcifer.service.detect), or [make one from a template](command:calcifer.service.new).\n\nNew here? [See how Calcifer works](command:calcifer.walkthrough).",
  },
  {
    view: now,
    when: "calcifer.situation =~ /^no (repository|service)$/ && !isWorkspaceTrusted",
    text: "This workspace is not trusted, so Calcifer installs no hooks and writes nothing here.\n\n[Manage Workspace Trust](command:workbench.trust.manage)",
  },
  {
    view: "calcifer.work",
    when: "calcifer.work.empty == none",
    text: "A work item is one intended change to one service.\n\n[New Work Item](command:calcifer.work.add)",
  },
  {
    view: "calcifer.work",
    when: "calcifer.work.empty == filtered",
    text: "No work item fits the filter.\n\n[Clear Filter and Search](command:calcifer.work.filter.clear)",
  },
];

export interface Step {
  id: string;
  title: string;
  /** Markdown; the button is a command link on a line of its own */
  text: string;
  /** picture in media/walkthrough, drawn in the theme's colours */
  media: string;
  /** what the picture shows */
  alt: string;
  /** what completes it */
  done: string[];
}

/**
 * VS Code completes a step when a condition becomes true while it knows the walkthrough, and it reads walkthroughs when one
 * is shown: what was true before becomes true once more by the command that shows ours.
 */
const whenever = (condition: string): string[] => [
  `onContext:${condition}`,
  `onContext:calcifer.walkthrough && ${condition}`,
];

export const walkthrough = {
  id: "start",
  title: "Get Started with Calcifer",
  description: "From a repository to a merged change that is on record.",
  steps: [
    {
      id: "register",
      title: "Register a repository",
      text: "A service is anything you run that has a git repository. Registering writes a policy and a CHANGES.md, and installs git hooks beside those you have.\n[Register This Repository](command:calcifer.service.add?%22here%22)",
      media: "register.svg",
      alt: "A repository with a policy, a CHANGES.md and hooks beside it",
      done: whenever("calcifer.serviceCount > 0"),
    },
    {
      id: "item",
      title: "Open a work item",
      text: "One intended change to one service: a title, a checklist made from its type, notes.\n[New Work Item](command:calcifer.work.add)",
      media: "item.svg",
      alt: "A work item with a title, a checklist and notes",
      done: whenever("calcifer.did.add"),
    },
    {
      id: "start",
      title: "Start it",
      text: "Calcifer makes the branch from the trunk, in the service's own repository.\n[Start Work Item](command:calcifer.work.start)",
      media: "start.svg",
      alt: "A branch leaving the trunk",
      done: whenever("calcifer.did.start"),
    },
    {
      id: "commit",
      title: "Commit with an entry",
      text: "Edit, then say in a line what readers should know. Without that line git itself refuses the commit, whatever tool makes it.\n[Commit with Entry](command:calcifer.work.commit)",
      media: "commit.svg",
      alt: "A commit with a line in CHANGES.md",
      done: whenever("calcifer.did.commit"),
    },
    {
      id: "merge",
      title: "Merge and complete",
      text: "The status bar says what still stands between the branch and the trunk. When nothing does, one action validates, merges and completes.\n[Merge & Complete](command:calcifer.work.finish)",
      media: "merge.svg",
      alt: "A branch joining the trunk, every check ticked",
      done: whenever("calcifer.did.finish"),
    },
  ] satisfies Step[],
};
