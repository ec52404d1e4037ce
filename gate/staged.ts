// One file's entry in git's index, read without a process. Knows the plain forms of the format; of any other it says nothing.
import { closeSync, openSync, readSync } from "node:fs";

const header = 12;
const piece = 1 << 16;
/** bytes of an entry before the object's name */
const stats = 40;

/**
 * The blob that is staged for a file.
 * @param hash length of an object's name in bytes: 20, or 32 in a repository of SHA-256
 * @returns undefined when it cannot be told here: ask git
 */
export function stagedBlob(indexFile: string, file: string, hash: number): string | undefined {
  const handle = opened(indexFile);
  if (handle === undefined) return undefined;
  try {
    return find(new Pieces(handle), Buffer.from(file, "utf8"), hash);
  } catch {
    return undefined;
  } finally {
    closeSync(handle);
  }
}

function opened(file: string): number | undefined {
  try {
    return openSync(file, "r");
  } catch {
    return undefined;
  }
}

/** Entries are sorted by their path, so the search ends where the file would be. */
function find(index: Pieces, file: Buffer, hash: number): string | undefined {
  const head = index.upTo(header);
  const version = head.readUInt32BE(4);
  // Version 4 shortens its paths.
  if (head.toString("latin1", 0, 4) !== "DIRC" || version < 2 || version > 3) return undefined;
  const count = head.readUInt32BE(8);
  for (let at = header, n = 0; n < count; n++) {
    const flagsAt = at + stats + hash;
    const flags = index.upTo(flagsAt + 4).readUInt16BE(flagsAt);
    const extended = (flags & 0x4000) !== 0;
    const nameAt = flagsAt + (extended ? 4 : 2);
    const length = flags & 0xfff;
    // A path this long has its length nowhere.
    if (length === 0xfff) return undefined;
    const bytes = index.upTo(nameAt + length + 8);
    const order = bytes.compare(file, 0, file.length, nameAt, nameAt + length);
    // In a conflict, or only announced with `git add -N`: git knows what that means.
    if (order === 0)
      return (flags & 0x3000) !== 0 || extended ? undefined : bytes.toString("hex", at + stats, at + stats + hash);
    // Not there: or in the other half of an index that was split.
    if (order > 0) return undefined;
    at += (nameAt - at + length + 8) & ~7;
  }
  return undefined;
}

/** A file read piece by piece, as far as it is needed. */
class Pieces {
  private readonly handle: number;
  private bytes = Buffer.alloc(0);

  constructor(handle: number) {
    this.handle = handle;
  }

  /** @throws when the file is shorter */
  upTo(length: number): Buffer {
    while (this.bytes.length < length) {
      const next = Buffer.alloc(piece);
      const got = readSync(this.handle, next, 0, piece, this.bytes.length);
      if (got === 0) throw new Error("the file ends");
      this.bytes = Buffer.concat([this.bytes, next.subarray(0, got)]);
    }
    return this.bytes;
  }
}
