// Remembers what was made of a file, or of an object that cannot change, so that it is not made again. Decides nothing.
import { statSync } from "node:fs";

/** What tells one state of a file from another, as fine as the file system has it; empty where there is none. */
export function stampOf(file: string): string {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.ino}.${found.size}.${found.mtimeNs}.${found.ctimeNs}` : "";
}

/** Remembers a value for as long as a file is the same. */
export class ByStamp<T> {
  private readonly known = new Map<string, { stamp: string; value: T }>();
  private readonly most: number;

  constructor(most = 500) {
    this.most = most;
  }

  get(file: string, make: () => T): T {
    // Looked at before it is read: a change in between is seen the next time.
    const stamp = stampOf(file);
    const known = this.known.get(file);
    if (known?.stamp === stamp) return known.value;
    const value = make();
    if (this.known.size >= this.most) this.known.clear();
    this.known.set(file, { stamp, value });
    return value;
  }

  forget(file: string): void {
    this.known.delete(file);
  }
}

/** Remembers the values used last, up to a number of them. */
export class Latest<T> {
  private readonly known = new Map<string, T>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  get(key: string): T | undefined {
    const value = this.known.get(key);
    if (value === undefined) return undefined;
    this.known.delete(key);
    this.known.set(key, value);
    return value;
  }

  set(key: string, value: T): T {
    this.known.delete(key);
    this.known.set(key, value);
    if (this.known.size > this.most) this.known.delete(this.known.keys().next().value as string);
    return value;
  }

  forget(key: string): void {
    this.known.delete(key);
  }
}
