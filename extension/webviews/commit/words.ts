// All the Commit view and its host may say to each other.
import * as z from "zod";
import { work } from "../../../protocol/work.ts";
import type { Words } from "../toolkit/envelope.ts";
import { nothing, surroundings, windowCommands } from "../toolkit/surroundings.ts";

const files = work.methods.uncommitted.result.shape.files;

export const words = {
  methods: ["changes.preview", "work.commit"],
  functions: {
    /** shows what changed in a file */
    diff: { params: z.object({ path: z.string(), state: z.string() }), result: nothing },
    /** follows another repository of the window */
    choose: { params: z.object({ repo: z.string() }), result: nothing },
    /** opens CHANGES.md at an entry */
    entry: { params: z.object({ file: z.string(), line: z.number().int() }), result: nothing },
    run: {
      params: z.object({
        command: z.enum([
          "calcifer.work.start",
          "calcifer.work.adopt",
          "calcifer.work.finish",
          "calcifer.work.show",
          ...windowCommands,
        ]),
      }),
      result: nothing,
    },
  },
  state: z.object({
    ...surroundings,
    /** the repositories to choose from */
    repos: z.array(z.object({ repo: z.string(), name: z.string() })),
    repo: z.string().nullable(),
    /** null: the repository is not registered */
    service: z.string().nullable(),
    branch: z.string().nullable(),
    trunk: z.string().nullable(),
    item: z.object({ id: z.number().int(), title: z.string(), key: z.string().nullable() }).nullable(),
    /** null: not known yet */
    files: files.nullable(),
    ready: z.boolean().describe("every check of the merge gate says yes"),
    /** what stands in the message box of Source Control */
    message: z.string(),
    /** the newest commit of this view: its page may have been hidden when it was made */
    committed: z.object({ repo: z.string(), branch: z.string(), commit: z.string() }).nullable(),
  }),
} satisfies Words;

export type CommitWords = typeof words;
export type CommitState = z.output<CommitWords["state"]>;
export type File = NonNullable<CommitState["files"]>[number];
export type Command = z.output<CommitWords["functions"]["run"]["params"]>["command"];
