// What editors may send, as far as it is looked at. Editors send more, and that is no mistake.
import * as z from "zod";
import { Fault } from "../../protocol/errors.ts";
import { wrongFields } from "../life/words.ts";

const uinteger = z.number().int().min(0).max(2147483647);
const position = z.object({ line: uinteger, character: uinteger });
const range = z.object({ start: position, end: position });
const uri = z.string().max(8192);
const textDocument = z.object({ uri });
const flag = z.boolean().optional().catch(undefined);

export const Open = z.object({
  textDocument: z.object({ uri, languageId: z.string().max(100), version: z.number().int(), text: z.string() }),
});
export const Change = z.object({
  textDocument: z.object({ uri, version: z.number().int() }),
  contentChanges: z.array(z.object({ range: range.optional(), text: z.string() })).max(100_000),
});
export const OfDocument = z.object({ textDocument });
export const AtPosition = z.object({ textDocument, position });
export const Completion = AtPosition.extend({
  context: z.object({ triggerKind: z.number().optional() }).optional().catch(undefined),
});
export const CodeAction = z.object({
  textDocument,
  range,
  context: z
    .object({
      diagnostics: z.array(z.looseObject({ range, message: z.string(), code: z.unknown() })).catch([]),
      only: z.array(z.string()).optional(),
    })
    .optional()
    .catch(undefined),
});
export const Lens = z.object({
  range,
  data: z.object({ uri, what: z.string().max(40), item: z.number().int().optional() }),
});
export type Lens = z.infer<typeof Lens>;

/** Whatever an editor leaves out, or gets wrong, it does without. */
export const Initialize = z.object({
  initializationOptions: z
    .object({ commandLinks: flag, codeLens: flag, diagnosticsHelp: z.string().max(2000).optional().catch(undefined) })
    .catch({})
    .default({}),
  capabilities: z
    .object({
      workspace: z
        .object({
          workspaceEdit: z.object({ documentChanges: flag }).catch({}).default({}),
          codeLens: z.object({ refreshSupport: flag }).catch({}).default({}),
        })
        .catch({ workspaceEdit: {}, codeLens: {} })
        .default({ workspaceEdit: {}, codeLens: {} }),
      textDocument: z
        .object({
          hover: z
            .object({ contentFormat: z.array(z.string()).optional().catch(undefined) })
            .catch({})
            .default({}),
          documentSymbol: z.object({ hierarchicalDocumentSymbolSupport: flag }).catch({}).default({}),
        })
        .catch({ hover: {}, documentSymbol: {} })
        .default({ hover: {}, documentSymbol: {} }),
    })
    .catch({ workspace: { workspaceEdit: {}, codeLens: {} }, textDocument: { hover: {}, documentSymbol: {} } })
    .default({ workspace: { workspaceEdit: {}, codeLens: {} }, textDocument: { hover: {}, documentSymbol: {} } }),
});
export type Initialize = z.infer<typeof Initialize>;

export const Configuration = z.object({
  settings: z
    .object({ calcifer: z.object({ codeLens: z.object({ enabled: flag }).optional() }).optional() })
    .nullish()
    .catch(undefined),
});

/** @throws Fault invalid, naming what is wrong */
export function read<T extends z.ZodType>(schema: T, params: unknown): z.infer<T> {
  const found = schema.safeParse(params ?? {});
  if (found.success) return found.data;
  const fields = wrongFields(found.error.issues.slice(0, 20), params);
  throw new Fault("invalid", fields.map((field) => field.message).join("\n"), { data: { fields } });
}
