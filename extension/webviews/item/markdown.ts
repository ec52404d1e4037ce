// A description as HTML: no HTML of its own, no pictures, links to the web and into the repository only.
import MarkdownIt from "markdown-it";
import { isLink } from "./links.ts";

type Renderer = InstanceType<typeof MarkdownIt>;

let renderer: Renderer | undefined;

export function render(markdown: string): string {
  renderer ??= make();
  return renderer.render(markdown);
}

function make(): Renderer {
  const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true });
  markdown.disable("image");
  markdown.validateLink = isLink;
  return markdown;
}
