// The few names of the DOM that Playwright's types mention.
// Not lib "dom": it would hand `window` and `document` to the daemon as well.
interface Node {
  readonly nodeName: string;
}
interface HTMLElement extends Node {
  readonly innerText: string;
}
interface SVGElement extends Node {
  readonly viewportElement: SVGElement | null;
}
interface HTMLElementTagNameMap {
  [tag: string]: HTMLElement;
}
