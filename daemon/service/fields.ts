// What a person gives for a service's lists, read and checked. Texts in, values or a fault out.
import { Fault } from "../../protocol/errors.ts";
import { Link, type Service } from "../../protocol/service.ts";

/** Each once, in the order given; empty ones take everything out: `--label ""` leaves none. */
export const unique = (texts: readonly string[]): string[] => [...new Set(texts.filter((text) => text.trim() !== ""))];

/** @throws Fault invalid, for what is not `Title=https://…` or a bare address */
export function linksIn(texts: readonly string[]): Service["links"] {
  return unique(texts).map((text) => {
    const parts = /^(?!https?:\/\/)([^=]*)=(.*)$/s.exec(text);
    const url = (parts?.[2] ?? text).trim();
    const title = parts?.[1]?.trim() || hostOf(url);
    const read = Link.safeParse({ title, url });
    if (read.success) return read.data;
    throw new Fault("invalid", `link: ${JSON.stringify(text)} is not a title and an address.`, {
      hint: 'Write it as --link "Grafana=https://grafana.example/d/web"; http and https are taken.',
    });
  });
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host.slice(0, 100) : url);

/** @throws Fault invalid, for a path that leads out of the repository */
export const composeFiles = (files: readonly string[]): string[] => inside("compose", files);

/** @throws Fault invalid, for a glob that leads out of the repository */
export const globs = (texts: readonly string[]): string[] => inside("paths", texts);

function inside(what: string, texts: readonly string[]): string[] {
  return unique(texts).map((text) => {
    const path = text.trim().replace(/^\.\//, "");
    const bare = path.replace(/^!/, "");
    if (bare === "" || bare.startsWith("/") || /^[A-Za-z]:[\\/]/.test(bare) || bare.split(/[\\/]/).includes(".."))
      throw new Fault("invalid", `${what}: ${JSON.stringify(text)} is not a path in the repository.`, {
        hint: "Give it from the top of the repository, with slashes.",
      });
    return path;
  });
}
