// Which printer a method's result has. A method without one gets the general one: names and values.
import type { Paper } from "./paper.ts";
import { cataloguePrinters } from "./pretty/catalogue.ts";
import { diffPrinters } from "./pretty/diff.ts";
import { docsPrinters } from "./pretty/docs.ts";
import { gatePrinters } from "./pretty/gate.ts";
import { general } from "./pretty/general.ts";
import { healthPrinters } from "./pretty/health.ts";
import { homePrinters } from "./pretty/home.ts";
import { idePrinters } from "./pretty/ide.ts";
import { incidentPrinters } from "./pretty/incident.ts";
import { otherPrinters } from "./pretty/other.ts";
import { planningPrinters } from "./pretty/planning.ts";
import type { Printer } from "./pretty/printer.ts";
import { remotePrinters } from "./pretty/remote.ts";
import { servicePrinters } from "./pretty/service.ts";
import { templatePrinters } from "./pretty/template.ts";
import { workPrinters } from "./pretty/work.ts";

const printers: Record<string, Printer> = {
  ...homePrinters,
  ...workPrinters,
  ...planningPrinters,
  ...diffPrinters,
  ...docsPrinters,
  ...gatePrinters,
  ...servicePrinters,
  ...templatePrinters,
  ...cataloguePrinters,
  ...healthPrinters,
  ...idePrinters,
  ...incidentPrinters,
  ...remotePrinters,
  ...otherPrinters,
};

export function pretty(method: string, result: unknown, on: Paper, params: Record<string, unknown> = {}): string {
  const print = printers[method] as
    | ((result: unknown, on: Paper, params: Record<string, unknown>) => string[])
    | undefined;
  return (print ? print(result, on, params) : general(result)).join("\n");
}
