// Reads Calcifer's settings; what they are is said in protocol/settings.ts.
import * as vscode from "vscode";
import type { SettingKey, SettingValue } from "../protocol/settings.ts";

/** @param scope the folder or file it is asked for, where folders may differ */
export function setting<K extends SettingKey>(key: K, scope?: vscode.Uri): SettingValue<K> {
  // The manifest, made from the same table, has the default.
  return vscode.workspace.getConfiguration(undefined, scope).get(key) as SettingValue<K>;
}
