// The rules of a repository, from its `.calcifer.yaml`, and what follows from them for an item. Text in, values out.
// Which version of the file counts is policy-in-force.ts.
import { slug } from "./changes-fragments.ts";
import type { Policy } from "./policy-read.ts";
import { fill } from "./policy-values.ts";

export { slug } from "./changes-fragments.ts";
export { initialPolicy, setPolicy } from "./policy-edit.ts";
export { matches } from "./policy-glob.ts";
export { policySchema } from "./policy-keys.ts";
export {
  defaultPolicy,
  type Policy,
  type PolicyProblem,
  parsePolicy,
  policyFile,
  type TestsPolicy,
} from "./policy-read.ts";
export { millisecondsOf } from "./policy-values.ts";

/** The policy of one service: the repository's, with what `services:` has for it. */
export function policyFor(policy: Policy, service: string): Policy {
  const own = Object.hasOwn(policy.services, service) ? policy.services[service] : undefined;
  if (!own) return policy;
  const types = Object.entries(policy.types).map(([type, common]) => [type, { ...common, ...own.types?.[type] }]);
  return {
    ...policy,
    ...own,
    service,
    changes: { ...policy.changes, ...own.changes },
    tests: { ...policy.tests, ...own.tests, coverage: { ...policy.tests.coverage, ...own.tests?.coverage } },
    types: Object.fromEntries(types),
  };
}

interface About {
  id: number;
  title: string;
  type: string;
}

function filled(pattern: string, { id, title, type }: About, docs: string): string {
  return fill(pattern, { docs, id: String(id), slug: slug(title), type: slug(type) });
}

export function branchName(policy: Policy, item: About): string {
  return filled(policy.branch, item, policy.docs);
}

/** The path of the document that the item must bring; undefined when its type needs none. */
export function documentPath(policy: Policy, item: About): string | undefined {
  const pattern = policy.types[item.type]?.document;
  return pattern === undefined ? undefined : filled(pattern, item, policy.docs);
}

export function checklistFor(policy: Policy, type: string): string[] {
  return policy.types[type]?.checklist ?? [];
}
