// Items dragged onto a group take over what the group stands for.
import * as vscode from "vscode";
import type { Daemon } from "../daemon.ts";
import { tellFault } from "../say.ts";
import { type GroupNode, groupId, type ItemNode, type WorkNode } from "./work-nodes.ts";

const mime = "application/vnd.code.tree.calcifer.work";

export function dragging(daemon: Daemon): vscode.TreeDragAndDropController<WorkNode> {
  return {
    dragMimeTypes: [mime],
    dropMimeTypes: [mime],
    handleDrag(nodes, data) {
      const items = nodes.filter((node): node is ItemNode => node.kind === "item");
      if (items.length > 0) data.set(mime, new vscode.DataTransferItem(items));
    },
    async handleDrop(target, data) {
      const items = (data.get(mime)?.value ?? []) as ItemNode[];
      const group = target?.kind === "group" ? target : undefined;
      if (!group || !vscode.workspace.isTrusted) return;
      // What is there already stays; what one is refused is no reason to leave the others.
      for (const node of items.filter((one) => one.group !== group.id))
        await become(daemon, node, group).catch((error: unknown) => tellFault(error));
    },
  };
}

async function become(daemon: Daemon, node: ItemNode, { by, value }: GroupNode): Promise<void> {
  const { id, status } = node.item;
  if (by === "status") return changeStatus(id, status, value);
  if (by === "label") return changeLabels(daemon, node, value);
  if (value !== null) await daemon.act("work.edit", { item: id, [by]: value });
}

/** The label of the group it came from is left behind. A row may be older than its labels, so they are asked for. */
async function changeLabels(daemon: Daemon, { item: { id }, group }: ItemNode, value: string | null): Promise<void> {
  const { labels, version } = await daemon.ask("work.get", { item: id });
  const others = labels.filter((label) => groupId("label", label) !== group);
  const label = value === null ? [] : [...new Set([...others, value])];
  await daemon.act("work.edit", { item: id, label, ifVersion: version });
}

/** Through the commands, which ask what has to be asked. */
async function changeStatus(id: number, from: string, to: string | null): Promise<void> {
  const command = ways[`${from} ${to}`];
  if (command) await vscode.commands.executeCommand(command, id);
}

const ways: Record<string, string> = {
  "planned active": "calcifer.work.start",
  "active done": "calcifer.work.finish",
  "planned dropped": "calcifer.work.drop",
  "active dropped": "calcifer.work.drop",
  "dropped active": "calcifer.work.restore",
  "dropped planned": "calcifer.work.restore",
};
