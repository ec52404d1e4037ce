// Every way to say no: the wire code, the exit status and the sentence of each fault.

/** The faults of the protocol. `code` goes over JSON-RPC, `exit` is the CLI's exit status. */
export const faults = {
  invalid: { code: -32602, exit: 2, says: "The parameters do not fit the contract." },
  refused: { code: 1, exit: 3, says: "A rule said no." },
  missing: { code: 2, exit: 4, says: "There is no such thing." },
  conflict: { code: 3, exit: 5, says: "It changed since you looked, or somebody holds it." },
  unreachable: { code: 4, exit: 6, says: "A host, the network or a program did not answer." },
  cancelled: { code: -32800, exit: 130, says: "You asked to stop." },
  incompatible: { code: 5, exit: 7, says: "Client, daemon or database are of different versions." },
  internal: { code: -32603, exit: 70, says: "A mistake of Calcifer's own." },
} as const;

export type FaultName = keyof typeof faults;

/** Why something is refused: the check's id, a sentence, and the next safe command, if there is one. */
export interface Reason {
  check: string;
  message: string;
  next?: string | undefined;
}

/** What travels in a JSON-RPC error's `data`, and on the CLI's stderr under `error` with `--json`. */
export interface FaultData {
  fault: FaultName;
  message: string;
  reasons?: Reason[] | undefined;
  hint?: string | undefined;
  /** Facts for programs, by fault: the log reference, the current version of the thing, … */
  data?: Record<string, unknown> | undefined;
}

/** An error a person may read: a sentence, the reasons, a safe next step. */
export class Fault extends Error {
  readonly fault: FaultName;
  readonly reasons: Reason[];
  readonly hint: string | undefined;
  readonly data: Record<string, unknown> | undefined;

  constructor(
    fault: FaultName,
    message: string,
    more: {
      reasons?: Reason[] | undefined;
      hint?: string | undefined;
      data?: Record<string, unknown> | undefined;
    } = {},
  ) {
    super(message);
    this.name = "Fault";
    this.fault = fault;
    this.reasons = more.reasons ?? [];
    this.hint = more.hint;
    this.data = more.data;
  }

  toData(): FaultData {
    return {
      fault: this.fault,
      message: this.message,
      ...(this.reasons.length > 0 && { reasons: this.reasons }),
      ...(this.hint !== undefined && { hint: this.hint }),
      ...(this.data !== undefined && { data: this.data }),
    };
  }
}

/** Also where the fault was made by another bundle's copy of the class. */
export const isFault = (error: unknown): error is Fault =>
  error instanceof Error && error.name === "Fault" && "fault" in error;

/** The fault a JSON-RPC error object carries; an error of another program becomes `internal`. */
export function faultFromWire(error: { code: number; message: string; data?: unknown }): Fault {
  const data = error.data as Partial<FaultData> | undefined;
  if (data?.fault !== undefined && data.fault in faults)
    return new Fault(data.fault, data.message ?? error.message, data as FaultData);
  const name = (Object.keys(faults) as FaultName[]).find((f) => faults[f].code === error.code);
  return new Fault(name ?? "internal", error.message);
}
