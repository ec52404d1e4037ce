// Every migration, by number. Forward only: what is here is never edited, only followed.
import { up as first } from "./0001-first.ts";

export const migrations = {
  "0001-first": { up: first },
};
