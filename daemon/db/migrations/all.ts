// Every migration, by number. Forward only: what is here is never edited, only followed.
import { up as first } from "./0001-first.ts";
import { up as groups } from "./0002-groups.ts";
import { up as catalogue } from "./0003-catalogue.ts";
import { up as planning } from "./0004-planning.ts";
import { up as health } from "./0005-health.ts";
import { up as incident } from "./0006-incident.ts";
import { up as docs } from "./0007-docs.ts";
import { up as tests } from "./0008-tests.ts";

export const migrations = {
  "0001-first": { up: first },
  "0002-groups": { up: groups },
  "0003-catalogue": { up: catalogue },
  "0004-planning": { up: planning },
  "0005-health": { up: health },
  "0006-incident": { up: incident },
  "0007-docs": { up: docs },
  "0008-tests": { up: tests },
};
