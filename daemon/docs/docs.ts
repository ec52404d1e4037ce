// Documents: the door of the room. What keeps the index is documents.ts; what is asked and written is here.
import type { Api } from "../../protocol/api.ts";
import type { Implements } from "../../protocol/contract.ts";
import type { Repos } from "../git/repos.ts";
import { serviceByName } from "../service/service.ts";
import type { Call, World } from "../world.ts";
import type { Documents } from "./documents.ts";
import { making } from "./new.ts";
import { kindOf } from "./rules.ts";
import { search } from "./search.ts";
import { listDocuments } from "./store.ts";
import { touchedDocuments } from "./touched.ts";

export { Documents } from "./documents.ts";
export { writeEndpointPage } from "./endpoint-page.ts";

export function docsRoom(world: World, repos: Repos, documents: Documents): Implements<Api["docs"], Call> {
  return {
    ...making(world, repos),

    async list(p) {
      const service = p.service === undefined ? undefined : (await serviceByName(world.db, p.service)).id;
      documents.look();
      const found = await listDocuments(world.db, service, p.limit);
      return { documents: found.map((document) => ({ ...document, kind: kindOf(document.kind, document.item) })) };
    },

    async touched(p, call) {
      return touchedDocuments(world, repos, p, call);
    },

    async search(p) {
      documents.look();
      return search(world, p);
    },
  };
}
