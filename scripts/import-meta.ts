// Stands in for `import.meta` inside a CommonJS bundle. esbuild drops what a bundle does not use.

export const importMetaUrl = /* @__PURE__ */ fileUrl();
export const importMetaMain = /* @__PURE__ */ isMain();

// An import at the top would stay in every bundle, and cost the hook its milliseconds.
function fileUrl(): string {
  return (require("node:url") as typeof import("node:url")).pathToFileURL(__filename).href;
}

function isMain(): boolean {
  return require.main === module;
}
