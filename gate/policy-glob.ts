// Which paths a list of globs means. Walks the path once with all places in the glob at hand, because globs come from
// repositories: picomatch turns `*a*a*a*a*b` into a regular expression that takes minutes on a path of 300 characters.

interface State {
  /** undefined: takes no character */
  takes: ((character: string) => boolean) | undefined;
  next: State[];
}

const longest = 1000;
const end: State = { takes: undefined, next: [] };
const compiled = new Map<string, State>();

/**
 * Whether a list of globs means a path. `**` is any folders, `*` and `?` stop at a slash, `{a,b}` is either, `dir/` is all
 * in it, a backslash takes the next character as it is. `!glob` takes out what globs before it meant; the last word counts.
 */
export function matches(globs: string[], path: string): boolean {
  let is = false;
  for (const glob of globs) {
    const not = glob.startsWith("!");
    if (is === not && isMatch(not ? glob.slice(1) : glob, path)) is = !not;
  }
  return is;
}

function isMatch(glob: string, path: string): boolean {
  if (glob.length > longest) return false;
  let current = new Set<State>();
  reach(compile(glob), current);
  for (const character of path) {
    const after = new Set<State>();
    for (const state of current) {
      if (state.takes?.(character)) for (const next of state.next) reach(next, after);
    }
    if (after.size === 0) return false;
    current = after;
  }
  return current.has(end);
}

/** Adds a state and all that follow it without a character. */
function reach(state: State, into: Set<State>): void {
  const open = [state];
  for (let one = open.pop(); one; one = open.pop()) {
    if (into.has(one)) continue;
    into.add(one);
    if (!one.takes) open.push(...one.next);
  }
}

function compile(glob: string): State {
  const known = compiled.get(glob);
  if (known) return known;
  if (compiled.size > 500) compiled.clear();
  const anchored = glob.replace(/^\.?\//, "");
  const state = build(anchored.endsWith("/") ? `${anchored}**` : anchored, end, true);
  compiled.set(glob, state);
  return state;
}

const notSlash = (character: string) => character !== "/";
const anything = () => true;

function loop(takes: (character: string) => boolean, next: State): State {
  const again: State = { takes, next: [] };
  const start: State = { takes: undefined, next: [again, next] };
  again.next.push(start);
  return start;
}

function one(takes: (character: string) => boolean, next: State): State {
  return { takes, next: [next] };
}

/** @param atStart whether the glob begins a name of the path */
function build(glob: string, next: State, atStart: boolean): State {
  if (glob === "") return next;
  const stars = /^\**/.exec(glob)?.[0].length ?? 0;
  if (stars > 0) return wild(glob.slice(stars), stars > 1 && atStart, next);
  const alternatives = glob.startsWith("{") ? choices(glob) : [];
  if (alternatives.length > 1) return either(glob, alternatives, next, atStart);
  const escaped = glob.startsWith("\\") && glob.length > 1;
  const character = String.fromCodePoint(glob.codePointAt(escaped ? 1 : 0) as number);
  const after = build(glob.slice(character.length + (escaped ? 1 : 0)), next, character === "/");
  if (character === "?" && !escaped) return one(notSlash, after);
  return one((c) => c === character, after);
}

function wild(rest: string, isFolders: boolean, next: State): State {
  if (isFolders && rest === "") return loop(anything, next);
  if (isFolders && rest.startsWith("/")) return folders(build(rest.slice(1), next, true));
  return loop(notSlash, build(rest, next, false));
}

/** Any number of folders, none too. */
function folders(next: State): State {
  const slash = one((c) => c === "/", next);
  return { takes: undefined, next: [next, loop(anything, slash)] };
}

function either(glob: string, alternatives: string[], next: State, atStart: boolean): State {
  const after = build(glob.slice(alternatives.join(",").length + 2), next, false);
  return { takes: undefined, next: alternatives.map((choice) => build(choice, after, atStart)) };
}

/** What stands between the commas of the braces a glob begins with; nothing when they do not close. */
function choices(glob: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 1;
  for (let i = 0; i < glob.length; i++) {
    if (glob[i] === "\\") i++;
    else if (glob[i] === "{") depth++;
    else if (glob[i] === "," && depth === 1) {
      found.push(glob.slice(from, i));
      from = i + 1;
    } else if (glob[i] === "}" && --depth === 0) return [...found, glob.slice(from, i)];
  }
  return [];
}
