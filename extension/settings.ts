// Reads Calcifer's settings; what they are is said in protocol/settings.ts.
import * as vscode from "vscode";
import type { SettingKey, SettingValue } from "../protocol/settings.ts";

export function setting<K extends SettingKey>(key: K): SettingValue<K> {
  // The manifest, made from the same table, has the default.
  return vscode.workspace.getConfiguration().get(key) as SettingValue<K>;
}
