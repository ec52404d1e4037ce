// What the language server shows in VS Code: findings with their fixes, completion, hover, lenses, symbols.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { file, seen, started, write } from "./inside.ts";

const of = (uri: vscode.Uri, code: string) =>
  vscode.languages.getDiagnostics(uri).find((found) => found.source === "calcifer" && codeOf(found) === code);

const codeOf = ({ code }: vscode.Diagnostic): string => String(typeof code === "object" ? code.value : code);

async function opened(name: string): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument(file(name));
  return vscode.window.showTextDocument(document, { preview: false });
}

/** While the editor is asking for its own light bulb, VS Code may leave a provider's answer out: asked until it is in. */
async function preferredFix(uri: vscode.Uri, range: vscode.Range): Promise<vscode.CodeAction> {
  for (;;) {
    const fixes = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      uri,
      range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const fix = fixes.find(({ isPreferred }) => isPreferred);
    if (fix) return fix;
  }
}

describe("CHANGES.md", () => {
  const uri = file("CHANGES.md");

  it("says that the branch's item has no entry, and writes it", async () => {
    const { id } = await started("Say it in CHANGES.md");
    const editor = await opened("CHANGES.md");
    const changed = vscode.languages.onDidChangeDiagnostics;
    await seen(changed, () => of(uri, "calcifer/no-entry"), "the finding");
    const finding = of(uri, "calcifer/no-entry") ?? assert.fail();
    assert.equal(finding.severity, vscode.DiagnosticSeverity.Error);
    assert.match(String(typeof finding.code === "object" && finding.code.target), /docs\/editors\.md#no-entry$/);
    const fix = await preferredFix(uri, finding.range);
    assert.ok(fix.edit && (await vscode.workspace.applyEdit(fix.edit)));
    assert.match(editor.document.getText(), new RegExp(`- Say it in CHANGES\\.md \\(#${id}\\)`));
    await seen(changed, () => !of(uri, "calcifer/no-entry"), "the finding gone");
    await editor.document.save();
  });

  it("completes a reference, tells about it, outlines the file", async () => {
    const { id } = await started("Complete me");
    write("CHANGES.md", `# Changes\n\n## Unreleased\n\n- One (#${id})\n- Two (#\n`);
    const { document } = await opened("CHANGES.md");
    await seen(
      vscode.workspace.onDidChangeTextDocument,
      () => document.getText().includes("- Two"),
      "the file as written",
    );
    const end = document.lineAt(5).range.end;
    const offered = await vscode.commands.executeCommand<vscode.CompletionList>(
      "vscode.executeCompletionItemProvider",
      uri,
      end,
      "#",
    );
    const first = offered.items.find(({ label }) =>
      String(typeof label === "object" ? label.label : label).includes(String(id)),
    );
    assert.ok(first, "the branch's item is not offered");
    const at = document.lineAt(4).text.indexOf("#") + 1;
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      uri,
      new vscode.Position(4, at),
    );
    assert.match(
      hovers.flatMap(({ contents }) => contents.map((one) => (one as vscode.MarkdownString).value)).join(),
      /Complete me/,
    );
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      "vscode.executeDocumentSymbolProvider",
      uri,
    );
    assert.ok(symbols.some(({ name }) => name.includes("Unreleased")));
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>("vscode.executeLinkProvider", uri);
    assert.ok(links.some(({ target }) => target?.toString().startsWith("command:calcifer.work.show")));
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });
});

describe(".calcifer.yaml", () => {
  it("names an unknown key where it stands, and mends it", async () => {
    await started("Mend the policy");
    write(".calcifer.yaml", "service: gateway\ntrunk: main\nchangess:\n  commit: every\n");
    const uri = file(".calcifer.yaml");
    const { document } = await opened(".calcifer.yaml");
    await seen(vscode.languages.onDidChangeDiagnostics, () => of(uri, "calcifer/unknown-key"), "the finding");
    const finding = of(uri, "calcifer/unknown-key") ?? assert.fail();
    assert.equal(document.getText(finding.range), "changess");
    assert.match(finding.message, /changes/);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });
});
