// Which links of a description lead anywhere, and where to. Pure.

export function isLink(href: string): boolean {
  return isWeb(href) || fileOf(href) !== undefined;
}

export function isWeb(href: string): boolean {
  return /^https?:\/\//i.test(href.trim());
}

/** The file of the repository that a link means; undefined when it is no such link. */
export function fileOf(href: string): string | undefined {
  const [bare = ""] = href.trim().split(/[?#]/);
  const file = decoded(bare)?.replace(/^\//, "");
  return file !== undefined && isWithin(file) ? file : undefined;
}

/**
 * Whether a path stays in its folder, on every system: `javascript:`, `command:`, `file:` and drives, hosts, what
 * begins at the root, and what goes up are none.
 */
export function isWithin(file: string): boolean {
  if (file === "" || /^[\\/]|^[a-z][a-z0-9+.-]*:|\p{Cc}/iu.test(file)) return false;
  // Windows takes spaces and dots at the end of a name for nothing.
  return !file.split(/[\\/]/).some((segment) => /^\s*\.\.[\s.]*$/.test(segment));
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
