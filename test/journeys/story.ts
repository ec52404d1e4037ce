// A story: Markdown whose console blocks are commands with what they print. Reads and writes it; runs nothing.

/** One command of a console block. */
export interface Step {
  /** as typed, without the `$ ` and `> ` */
  command: string;
  output: string[];
}

/** A line of prose, or a block's steps. */
type Part = { prose: string } | { steps: Step[]; loose: string[] };

export interface Story {
  title: string;
  parts: Part[];
}

export function parseStory(text: string): Story {
  const parts: Part[] = [];
  let block: { steps: Step[]; loose: string[] } | undefined;
  for (const line of text.split("\n")) {
    if (block === undefined) {
      parts.push({ prose: line });
      if (!line.startsWith("```console")) continue;
      block = { steps: [], loose: [] };
      parts.push(block);
    } else if (line.startsWith("```")) {
      block = undefined;
      parts.push({ prose: line });
    } else {
      read(line, block);
    }
  }
  return { title: /^# (.+)$/m.exec(text)?.[1] ?? "a story without a title", parts };
}

function read(line: string, block: { steps: Step[]; loose: string[] }): void {
  const step = block.steps.at(-1);
  if (line.startsWith("$ ")) block.steps.push({ command: line.slice(2), output: [] });
  else if (!step) block.loose.push(line);
  else if (step.output.length === 0 && /^>( |$)/.test(line)) step.command += `\n${line.slice(2)}`;
  else step.output.push(line);
}

export const stepsOf = (story: Story): Step[] => story.parts.flatMap((part) => ("steps" in part ? part.steps : []));

/** The text again, with the outputs as they are now. */
export function printStory(story: Story): string {
  return story.parts
    .flatMap((part) => ("prose" in part ? [part.prose] : [...part.loose, ...part.steps.flatMap(printStep)]))
    .join("\n");
}

function printStep({ command, output }: Step): string[] {
  const [first, ...more] = command.split("\n");
  return [`$ ${first}`, ...more.map((line) => (line === "" ? ">" : `> ${line}`)), ...output];
}
