// Tasks that fit the repositories of the window, offered in Run Task. Nothing is written for them.
import * as vscode from "vscode";
import { folderIn, type Offers, type OffersByFolder, program } from "./offers.ts";

/** As it stands in tasks.json when a person keeps one: `{ "type": "calcifer", "task": "npm run test" }`. */
interface Definition extends vscode.TaskDefinition {
  task: string;
}

type Offered = Offers["tasks"][number];

export class Tasks implements vscode.TaskProvider {
  readonly #offers: OffersByFolder;

  constructor(offers: OffersByFolder) {
    this.#offers = offers;
  }

  async provideTasks(token: vscode.CancellationToken): Promise<vscode.Task[]> {
    const all = await this.#offers.all(token);
    return all.flatMap(({ folder, offers }) =>
      offers.tasks.map((task) => taskOf(task, offers.repo, folder, { type: "calcifer", task: task.label })),
    );
  }

  /** A person's own entry in tasks.json names one of ours; the definition must stay the very same object. */
  async resolveTask(
    { definition, scope }: vscode.Task,
    token: vscode.CancellationToken,
  ): Promise<vscode.Task | undefined> {
    const folder = isFolder(scope) ? scope : vscode.workspace.workspaceFolders?.[0];
    const offers = folder && (await this.#offers.of(folder, token));
    const found = offers?.tasks.find(({ label }) => label === (definition as Definition).task);
    return offers && found && folder && taskOf(found, offers.repo, folder, definition);
  }
}

const isFolder = (scope: vscode.Task["scope"]): scope is vscode.WorkspaceFolder => typeof scope === "object";

const groups: Partial<Record<Offered["group"], vscode.TaskGroup>> = {
  build: vscode.TaskGroup.Build,
  test: vscode.TaskGroup.Test,
};

function taskOf(
  { label, command, args, cwd, group, background, from }: Offered,
  repo: string,
  folder: vscode.WorkspaceFolder,
  definition: vscode.TaskDefinition,
): vscode.Task {
  const execution = new vscode.ProcessExecution(program(command, args), args, { cwd: folderIn(repo, cwd) });
  const task = new vscode.Task(definition, folder, label, "calcifer", execution, []);
  const known = groups[group];
  if (known) task.group = known;
  task.isBackground = background;
  task.detail = from;
  return task;
}
