// Decides what the trunk of a repository is. Facts in, a branch or a reason out. Pure.

export interface TrunkFacts {
  asked: string | undefined;
  /** in the policy file */
  stated: string | undefined;
  /** what origin/HEAD points to */
  origin: string | undefined;
  /** init.defaultBranch */
  configured: string | undefined;
}

export function chooseTrunk(
  branches: string[],
  facts: TrunkFacts,
): string | { fault: "missing" | "invalid"; message: string } {
  const there = (b: string | undefined): b is string => b !== undefined && branches.includes(b);
  const listed = branches.slice(0, 10).join(", ") || "none";
  const { asked } = facts;
  if (asked !== undefined && !branches.includes(asked))
    return { fault: "missing", message: `There is no branch ${asked}; there are: ${listed}.` };
  if (asked !== undefined) return asked;
  for (const found of [facts.stated, facts.origin, facts.configured]) if (there(found)) return found;
  if (branches.length === 1) return branches[0] as string;
  const usual = ["main", "master", "trunk"].filter(there);
  if (usual.length === 1) return usual[0] as string;
  return { fault: "invalid", message: `Which branch is the trunk cannot be told; there are: ${listed}.` };
}
