// Results of the room ide, for the golden file.

const hostile = "npm run \u001b[31mred\u001b[0m\u202e (web)";
const diff = `--- a/.vscode/settings.json
+++ b/.vscode/settings.json
@@ -1,3 +1,4 @@
 {
-  "editor.rulers": [120] // ours
+  "editor.rulers": [120], // ours
+  "python.testing.pytestEnabled": true
 }
`;
const settings = {
  path: ".vscode/settings.json",
  state: "changed",
  diff,
  kept: ["[python] › editor.defaultFormatter"],
  after: "{}",
};
const same = { path: ".vscode/tasks.json", state: "same", diff: "", kept: [], after: "{}" };
const detected = [
  { what: "Python (uv)", from: "pyproject.toml" },
  { what: "Docker Compose", from: "compose.yaml" },
];
const vscode = { repo: "/home/ada/web", detected, files: [settings, same], written: false };

export const ideSamples: [name: string, method: string, result: unknown, params?: Record<string, unknown>][] = [
  ["ide vscode: the difference", "ide.vscode", vscode],
  ["ide vscode: written", "ide.vscode", { ...vscode, written: true }, { write: true }],
  ["ide vscode: nothing to do", "ide.vscode", { ...vscode, files: [same] }],
  [
    "ide vscode: taken out",
    "ide.vscode",
    {
      ...vscode,
      files: [
        { ...settings, kept: [] },
        { ...same, state: "removed", after: null },
      ],
      written: true,
    },
    { remove: true, write: true },
  ],
  ["ide vscode: nothing to take out", "ide.vscode", { ...vscode, files: [] }, { remove: true }],
  [
    "ide offers",
    "ide.offers",
    {
      repo: "/home/ada/web",
      tasks: [
        {
          label: "uv run python -m pytest",
          group: "test",
          command: "uv",
          args: ["run", "python", "-m", "pytest"],
          cwd: "",
          background: false,
          from: "pyproject.toml",
        },
        {
          label: hostile,
          group: "run",
          command: "npm",
          args: [],
          cwd: "web",
          background: true,
          from: "web/package.json",
        },
      ],
      launches: [
        { name: "Debug the tests (pytest)", type: "debugpy", test: true, configuration: {}, from: "pyproject.toml" },
      ],
      extensions: ["ms-python.python", "ms-python.debugpy"],
    },
  ],
  ["ide offers: nothing", "ide.offers", { repo: "/home/ada/web", tasks: [], launches: [], extensions: [] }],
];
