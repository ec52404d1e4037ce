// Kysely on one better-sqlite3 connection. Differs from Kysely's own dialect in three points: statements are kept,
// transactions take the write lock at once, and SQLite's way of ending a transaction by itself is not an error.
import type { Statement } from "better-sqlite3";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Native } from "./native.ts";
import type { Database } from "./schema.ts";

const mostStatements = 300;

/** Kysely over an open connection. Destroying it does not close the connection. */
export function kyselyOn<D = Database>(native: Native): Kysely<D> {
  const dialect: Dialect = {
    createAdapter: () => new Adapter(),
    createDriver: () => new OneConnection(native),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
  return new Kysely<D>({ dialect });
}

class Adapter extends SqliteAdapter {
  // Kysely says no for all SQLite drivers; SQLite itself can, and a migration must not stop half way.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class OneConnection implements Driver {
  private readonly connection: Connection;
  private readonly native: Native;

  constructor(native: Native) {
    this.native = native;
    this.connection = new Connection(native);
  }

  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.connection;
  }
  async beginTransaction(): Promise<void> {
    this.connection.statement("begin immediate").run();
  }
  async commitTransaction(): Promise<void> {
    this.connection.statement("commit").run();
  }
  async rollbackTransaction(): Promise<void> {
    // On a full disk SQLite has rolled back by itself.
    if (this.native.inTransaction) this.connection.statement("rollback").run();
  }
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

class Connection implements DatabaseConnection {
  private readonly statements = new Map<string, Statement<unknown[]>>();
  private readonly native: Native;

  constructor(native: Native) {
    this.native = native;
  }

  /** A prepared statement, kept for the next time; the oldest gives way. */
  statement(sql: string): Statement<unknown[]> {
    const kept = this.statements.get(sql);
    if (kept) return kept;
    const made = this.native.prepare<unknown[]>(sql);
    const oldest = this.statements.size >= mostStatements ? this.statements.keys().next().value : undefined;
    if (oldest !== undefined) this.statements.delete(oldest);
    this.statements.set(sql, made);
    return made;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.statement(sql);
    if (statement.reader) return { rows: statement.all(...parameters) as R[] };
    const { changes, lastInsertRowid } = statement.run(...parameters);
    return { insertId: BigInt(lastInsertRowid), numAffectedRows: BigInt(changes), rows: [] };
  }

  // A kept statement cannot be walked twice at once, so this one is its own.
  async *streamQuery<R>({ sql, parameters }: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    for (const row of this.native.prepare<unknown[]>(sql).iterate(...parameters)) yield { rows: [row as R] };
  }
}
