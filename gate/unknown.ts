// The third answer: what git could not tell, and why. A value like any other, so that nobody takes it for a yes or a no.

/** A fact git could not give, and why. */
export interface Unknown {
  unknown: string;
}
export const isUnknown = (fact: unknown): fact is Unknown =>
  typeof fact === "object" && fact !== null && "unknown" in fact;
