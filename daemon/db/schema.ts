// The tables, as Kysely sees them. The migrations beside this file make them.
import type { ColumnType, Generated, GeneratedAlways } from "kysely";

/** An ISO 8601 time in UTC. */
type Time = string;
/** A JSON text. */
type Json = string;
/** 0 or 1. */
type Flag = number;

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
  /** commits recorded for an item, so that they are known after its branch is gone */
  item_commits: { item_id: number; commit_id: string; position: number; subject: string; author: string; at: Time };
  /** FTS5 over title, description, notes and facets; kept by triggers; `rowid` is the item's id */
  items_fts: { rowid: number; items_fts: string; title: string; description: string; notes: string; facets: string };
  /** the journal of Merge & Complete: one row while a merge is under way */
  merges: { item_id: number; step: string; plan: Json; started: Time };
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
