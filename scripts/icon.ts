// `node scripts/icon.ts`: draws media/icon.png, the extension's picture in lists, from media/calcifer.svg.
import { readFileSync } from "node:fs";
import path from "node:path";
import { launchBrowser } from "./editor/workbench.ts";

const media = path.join(path.dirname(import.meta.dirname), "media");
const size = { width: 256, height: 256 };

const browser = await launchBrowser();
try {
  const page = await browser.newPage({ viewport: size });
  const drawing = readFileSync(path.join(media, "calcifer.svg"), "utf8");
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${drawing}`);
  await page.screenshot({ path: path.join(media, "icon.png"), omitBackground: true });
} finally {
  await browser.close();
}
