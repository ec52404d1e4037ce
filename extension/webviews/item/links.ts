// Which links of a description lead anywhere.

/** `javascript:`, `command:`, `file:` and the like are no links, and neither is what has no scheme but a host. */
export function isLink(href: string): boolean {
  const bare = href.trim();
  if (/^https?:\/\//i.test(bare)) return true;
  return !/^[a-z][a-z0-9+.-]*:/i.test(bare) && !/^[\\/]{2}/.test(bare) && !/\p{Cc}/u.test(bare);
}
