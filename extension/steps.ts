// Several questions one after the other, with a way back: input boxes and quick picks that know which step they are.
import * as vscode from "vscode";

export interface Line {
  prompt: string;
  value?: string;
  placeholder?: string;
  /** what is wrong with it, while it is typed */
  problem?: (text: string) => string | undefined;
}

export interface Choice extends vscode.QuickPickItem {
  value: string;
}

/** A question, made from what was answered before it. */
export type Question = (before: readonly string[]) => Line | { placeholder: string; choices: Choice[]; value?: string };

const back = Symbol("back");

/** @returns an answer for each question; undefined when Escape was pressed */
export async function steps(title: string, questions: readonly Question[]): Promise<string[] | undefined> {
  const answers: string[] = [];
  for (let at = 0; at < questions.length; ) {
    const question = questions[at]?.(answers.slice(0, at));
    if (!question) break;
    const place = { title, step: at + 1, totalSteps: questions.length };
    // What was answered once is there again after a step back.
    const value = answers[at] ?? question.value ?? "";
    const given =
      "choices" in question ? await pick({ ...question, value }, place) : await line({ ...question, value }, place);
    if (given === undefined) return undefined;
    if (given === back) at--;
    else answers[at++] = given;
  }
  return answers;
}

interface Place {
  title: string;
  step: number;
  totalSteps: number;
}

type Given = string | typeof back | undefined;

function line({ prompt, value = "", placeholder, problem }: Line, place: Place): Promise<Given> {
  const box = Object.assign(vscode.window.createInputBox(), place, {
    prompt,
    value,
    placeholder,
    ignoreFocusOut: true,
  });
  const judge = () => {
    box.validationMessage = problem?.(box.value.trim());
  };
  box.onDidChangeValue(judge);
  return shown(box, place, (answer) => {
    judge();
    if (!box.validationMessage) answer(box.value.trim());
  });
}

function pick(question: { placeholder: string; choices: Choice[]; value: string }, place: Place): Promise<Given> {
  const { placeholder, choices, value } = question;
  const box = vscode.window.createQuickPick<Choice>();
  Object.assign(box, place, { placeholder, items: choices, matchOnDescription: true, ignoreFocusOut: true });
  const before = choices.find((choice) => choice.value === value);
  if (before) box.activeItems = [before];
  return shown(box, place, (answer) => {
    const [chosen] = box.selectedItems;
    if (chosen) answer(chosen.value);
  });
}

async function shown(
  box: (vscode.InputBox | vscode.QuickPick<Choice>) & vscode.QuickInput,
  { step }: Place,
  accept: (answer: (given: string) => void) => void,
): Promise<Given> {
  if (step > 1) box.buttons = [vscode.QuickInputButtons.Back];
  try {
    return await new Promise<Given>((resolve) => {
      box.onDidAccept(() => accept(resolve));
      box.onDidTriggerButton(() => resolve(back));
      box.onDidHide(() => resolve(undefined));
      box.show();
    });
  } finally {
    box.dispose();
  }
}
