// Unpacks headless Chromium out of the npm package @sparticuz/chromium into .cache/chromium, with the few system
// libraries and the font it needs where the system has none. A second run does nothing.
import { spawn, spawnSync } from "node:child_process";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const root = path.dirname(path.dirname(import.meta.dirname));
const source = path.join(root, "node_modules/@sparticuz/chromium");

/** `environment` is for the browser only: its libraries must not reach anybody else. */
export type Chromium = { executable: string; environment: { [name: string]: string } };

export async function getChromium(): Promise<Chromium> {
  const folder = path.join(root, ".cache/chromium");
  const stamp = path.join(folder, ".stamp");
  const { version } = JSON.parse(readFileSync(path.join(source, "package.json"), "utf8"));
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== version) {
    console.log(`unpacking Chromium ${version}, about 5 s`);
    const aside = `${folder}.partial`;
    rmSync(aside, { recursive: true, force: true });
    await unpack(aside);
    writeFileSync(path.join(aside, "fonts.conf"), fontSettings(path.join(folder, "fonts")));
    writeFileSync(path.join(aside, ".stamp"), version);
    rmSync(folder, { recursive: true, force: true });
    renameSync(aside, folder);
  }
  return { executable: path.join(folder, "chromium"), environment: environment(folder) };
}

async function unpack(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  // Not by the package's own executablePath(): it leaves fonts and libraries in /tmp.
  const executable = createWriteStream(path.join(folder, "chromium"), { mode: 0o755 });
  await pipeline(createReadStream(path.join(source, "bin/chromium.br")), createBrotliDecompress(), executable);
  await untar("al2023.tar.br", folder);
  await untar("fonts.tar.br", folder);
}

async function untar(archive: string, folder: string): Promise<void> {
  const tar = spawn("tar", ["xf", "-", "-C", folder], { stdio: ["pipe", "inherit", "inherit"] });
  const ended = new Promise<number | null>((resolve) => tar.once("close", resolve));
  const whole = createReadStream(path.join(source, "bin", archive));
  // tar may have all it wants and go before the padding behind the archive is written; whether it was content, it says itself.
  const [fed] = await Promise.allSettled([pipeline(whole, createBrotliDecompress(), tar.stdin)]);
  if ((await ended) !== 0) throw new Error(`tar could not unpack ${archive}`, { cause: fed });
}

function fontSettings(fonts: string): string {
  const body = `<dir>${fonts}</dir><cachedir prefix="xdg">fontconfig</cachedir>`;
  return `<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>${body}</fontconfig>\n`;
}

function environment(folder: string): Chromium["environment"] {
  return {
    ...(hasLibraries(path.join(folder, "chromium")) ? {} : { LD_LIBRARY_PATH: path.join(folder, "lib") }),
    ...(existsSync("/etc/fonts/fonts.conf") ? {} : { FONTCONFIG_FILE: path.join(folder, "fonts.conf") }),
  };
}

// nss, nspr and expat: there on a developer's machine, often not in a container.
function hasLibraries(executable: string): boolean {
  const { stdout } = spawnSync("ldd", [executable], { encoding: "utf8" });
  return Boolean(stdout) && !stdout.includes("not found");
}
