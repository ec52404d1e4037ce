// What only a page that is shown needs, in one bundle: zod with the contract, and Markdown. Loaded after activation.
export { words as commitWords } from "./commit/words.ts";
export { words as graphWords } from "./graph/words.ts";
export { words as healthWords } from "./health/words.ts";
export { render } from "./item/markdown.ts";
export { words as itemWords } from "./item/words.ts";
export { Bridge } from "./toolkit/bridge.ts";
