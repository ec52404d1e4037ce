// The tables, as Kysely sees them. The migrations beside this file make them.
import type { ColumnType, Generated, GeneratedAlways } from "kysely";

/** An ISO 8601 time in UTC. */
type Time = string;
/** A JSON text. */
type Json = string;
/** 0 or 1. */
type Flag = number;
type Kind = "application" | "infrastructure" | "network";

export interface Database {
  services: {
    id: Generated<number>;
    /** unique among the services that were not removed */
    name: string;
    /** canonical path of the work tree, or of the bare repository */
    repo: string;
    /** canonical path of the common git directory: two services with the same one share a repository */
    git_dir: string;
    trunk: string;
    changes: string;
    docs: string;
    added: Time;
    removed: Time | null;
    title: Generated<string>;
    kind: ColumnType<Kind, Kind | undefined, Kind>;
    owner: Generated<string>;
    labels: Generated<Json>;
    links: Generated<Json>;
    paths: Generated<Json>;
    compose: Generated<Json>;
    /** what it was made from: a `TemplateOrigin` */
    template: Json | null;
    retired: Time | null;
    retired_reason: Generated<string>;
  };
  /** `service_id` does not work without `needs_id` */
  service_dependencies: { service_id: number; needs_id: number; source: "compose" | "declared" };
  /** which service of which compose file it is: `<path in the repository>#<name>` */
  service_compose: { service_id: number; compose: string };
  /** the version live in each environment; `at` is since when, `seen` when its source said so last */
  service_live: {
    service_id: number;
    environment: string;
    version: string;
    commit_id: string | null;
    source: "deployment" | "probe" | "hand";
    at: Time;
    seen: Time;
  };
  items: {
    id: Generated<number>;
    key: string;
    title: string;
    type: string;
    service_id: number | null;
    status: string;
    description: string;
    notes: string;
    labels: Json;
    checklist: Json;
    document: string | null;
    branch: string | null;
    worktree: string | null;
    created: Time;
    started: Time | null;
    finished: Time | null;
    merged_commit: string | null;
    merged_trunk: string | null;
    merged_at: Time | null;
    /** null where there is no remote */
    pushed: Flag | null;
    /** the branch's tip kept under refs/calcifer/dropped/<id> */
    kept_tip: string | null;
    version: ColumnType<number, number | undefined, number>;
    /** planned or active; derived from `status`, leads the indexes of the usual lists */
    open: GeneratedAlways<Flag>;
    /** status, type, `s<service_id>` and `open` as words, for the full-text index */
    facets: GeneratedAlways<string>;
  };
  /** one row per label of an item, beside `items.labels`, for the filter */
  item_labels: { item_id: number; label: string };
  /** how items belong together: `depends` needs the other, `part` is a part of it, `relates` has the lower number first */
  item_relations: { item_id: number; kind: "depends" | "part" | "relates"; other_id: number };
  /** filters and templates of items, under their names */
  kept: { kind: "filter" | "template"; name: string; value: Json; saved: Time };
  /** commits recorded for an item, so that they are known after its branch is gone */
  item_commits: { item_id: number; commit_id: string; position: number; subject: string; author: string; at: Time };
  /** FTS5 over title, description, notes and facets; kept by triggers; `rowid` is the item's id */
  items_fts: { rowid: number; items_fts: string; title: string; description: string; notes: string; facets: string };
  /** the journal of Merge & Complete: one row while a merge is under way */
  merges: { item_id: number; step: string; plan: Json; started: Time };
  endpoints: {
    id: Generated<number>;
    service_id: number;
    name: string;
    environment: string;
    kind: "icmp" | "tcp" | "http" | "https" | "dns";
    target: string;
    /** seconds */
    interval: number;
    /** milliseconds */
    timeout: number;
    failures: number;
    slow: number | null;
    family: "any" | "4" | "6";
    http: Json | null;
    item_id: number | null;
    page: string | null;
    paused: Time | null;
    paused_reason: string | null;
    created: Time;
    state: "up" | "degraded" | "down" | "not measured" | "blocked";
    since: Time;
    why: string;
    blocked_by: string | null;
  };
  /** the newest outcome of each endpoint, at most a minute old */
  endpoint_last: { endpoint_id: number; outcome: Json };
  /** single probes: `minute` since 1970, `state` 0 up, 1 degraded, 2 down; `stands` for so many seconds before it */
  measurements: {
    minute: number;
    endpoint_id: number;
    ms_in_minute: number;
    state: number;
    stands: number;
    ms: number | null;
  };
  /** `up`, `degraded`, `down` in seconds; `buckets` of five minutes, see health/pack.ts */
  measured_hours: {
    hour: number;
    endpoint_id: number;
    up: number;
    degraded: number;
    down: number;
    p50: number | null;
    buckets: Uint8Array;
  };
  /** the same of a day, with its hours */
  measured_days: {
    day: number;
    endpoint_id: number;
    up: number;
    degraded: number;
    down: number;
    buckets: Uint8Array;
  };
  /** the first hour, and the first day, that are not rolled up yet */
  measured_until: { what: "hour" | "day"; until: number };
  incidents: {
    id: Generated<number>;
    service_id: number;
    environment: string;
    state: "open" | "acknowledged" | "resolved";
    severity: "down" | "degraded";
    cause: string;
    opened: Time;
    /** `{ at, by, reason }` */
    acknowledged: Json | null;
    /** `{ at, by, reason }` */
    resolved: Json | null;
    resolved_at: Time | null;
    times: Generated<number>;
    item_id: number | null;
    /** the timeline tells that the linked item is finished */
    item_told: Generated<Flag>;
    suspects: Generated<Json>;
    /** commits were looked for */
    gathered: Generated<Flag>;
  };
  /** endpoints of an incident, and how each stands in it: failing, answers, blocked, not measured, gone */
  incident_endpoints: { incident_id: number; endpoint_id: number; name: string; state: string };
  /** services that were blocked by what an incident is about */
  incident_blocks: { incident_id: number; service_id: number };
  /** timelines */
  incident_points: { id: Generated<number>; incident_id: number; at: Time; what: string; text: string; by: string };
  /** files that were read for the search; `stamp` is what each looked like then */
  doc_files: {
    id: Generated<number>;
    service_id: number;
    /** in the repository, with `/` */
    path: string;
    stamp: string;
    /** `changes` holds entries; the others are documents, by what they were made for */
    kind: "changes" | "service" | "endpoint" | "other";
    title: string;
    changed: Time;
  };
  /** what can be found; an item's row has no words, the view `search_content` joins them in */
  search_texts: {
    id: Generated<number>;
    kind: "document" | "item" | "entry" | "incident";
    service_id: number | null;
    file_id: number | null;
    line: number | null;
    item: number | null;
    incident: number | null;
    title: string;
    body: string;
    at: Time | null;
  };
  /** `search_texts` with the words of items, and `k<kind> s<service_id>` to narrow by */
  search_content: { id: number; title: string; body: string; facets: string };
  /** FTS5 over `search_content`, kept by triggers */
  search_fts: { rowid: number; search_fts: string; title: string; body: string; facets: string; rank: number };
  /** runs of tests, against the tree they ran on */
  test_runs: {
    id: Generated<number>;
    service_id: number;
    tree: string;
    commit_id: string;
    branch: string;
    command: string;
    state: "passed" | "failed" | "cancelled" | "timed out";
    /** what ended it: the tests, or what was to be done before them */
    step: "prepare" | "command";
    exit: number | null;
    /** percentage of lines */
    coverage: number | null;
    no_coverage: string | null;
    at: Time;
    seconds: number;
    /** path */
    log: string | null;
  };
  events: {
    seq: Generated<number>;
    at: Time;
    name: string;
    item: number | null;
    service: string | null;
    by: string;
    data: Json;
  };
  /** idempotency: what was answered under a key */
  answers: { key: string; method: string; params: string; result: Json; at: Time };
}
