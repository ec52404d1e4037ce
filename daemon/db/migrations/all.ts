// Every migration, by number. Forward only: what is here is never edited, only followed.
import { up as first } from "./0001-first.ts";
import { up as groups } from "./0002-groups.ts";

export const migrations = {
  "0001-first": { up: first },
  "0002-groups": { up: groups },
};
