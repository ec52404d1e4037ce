// Items dragged onto a group take over what the group stands for.
import * as vscode from "vscode";
import type { Daemon } from "../daemon.ts";
import { tellFault } from "../say.ts";
import type { GroupNode, ItemNode, WorkNode } from "./work-nodes.ts";

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
      try {
        for (const { item } of items) await become(daemon, item, group);
      } catch (error) {
        tellFault(error);
      }
    },
  };
}

type Item = ItemNode["item"];

async function become(daemon: Daemon, item: Item, { by, value }: GroupNode): Promise<void> {
  if (by === "status") return changeStatus(item, value);
  if (by === "label") {
    const label = value === null ? [] : [...new Set([...item.labels, value])];
    await daemon.act("work.edit", { item: item.id, label });
  } else if (value !== null) {
    await daemon.act("work.edit", { item: item.id, [by]: value });
  }
}

/** Through the commands, which ask what has to be asked. */
async function changeStatus(item: Item, status: string | null): Promise<void> {
  const command = ways[`${item.status} ${status}`];
  if (command) await vscode.commands.executeCommand(command, item.id);
}

const ways: Record<string, string> = {
  "planned active": "calcifer.work.start",
  "active done": "calcifer.work.finish",
  "planned dropped": "calcifer.work.drop",
  "active dropped": "calcifer.work.drop",
  "dropped active": "calcifer.work.restore",
  "dropped planned": "calcifer.work.restore",
};
