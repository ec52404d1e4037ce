// Which printer a method's result has. A method without one gets the general one: names and values.
import type { Paper } from "./paper.ts";
import { diffPrinters } from "./pretty/diff.ts";
import { gatePrinters } from "./pretty/gate.ts";
import { general } from "./pretty/general.ts";
import { homePrinters } from "./pretty/home.ts";
import { otherPrinters } from "./pretty/other.ts";
import type { Printer } from "./pretty/printer.ts";
import { servicePrinters } from "./pretty/service.ts";
import { workPrinters } from "./pretty/work.ts";

const printers: Record<string, Printer> = {
  ...homePrinters,
  ...workPrinters,
  ...diffPrinters,
  ...gatePrinters,
  ...servicePrinters,
  ...otherPrinters,
};

export function pretty(method: string, result: unknown, on: Paper, params: Record<string, unknown> = {}): string {
  const print = printers[method] as
    | ((result: unknown, on: Paper, params: Record<string, unknown>) => string[])
    | undefined;
  return (print ? print(result, on, params) : general(result)).join("\n");
}
