// Whether a folder is a place for a database: there, writable, on a disk of this machine.
import { accessSync, constants, readFileSync, statfsSync } from "node:fs";
import path from "node:path";
import { makeFolder } from "../../protocol/connect.ts";
import { Fault } from "../../protocol/errors.ts";

const elsewhere = "Set CALCIFER_HOME to a folder on a local disk that you may write to.";

/** Makes the folder if needed, for its owner alone. @throws Fault refused, in a sentence, when it will not do */
export function preparePlace(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unwritable(folder, error as NodeJS.ErrnoException);
  }
  const network = networkKind(folder);
  if (network)
    throw no(
      "place",
      `The folder ${folder} is on a network file system (${network}), where a database cannot be kept safe.`,
      elsewhere,
    );
}

function unwritable(folder: string, error: NodeJS.ErrnoException): Fault {
  const why: Record<string, string> = {
    EACCES: "you may not write there",
    EPERM: "you may not write there",
    EROFS: "it is on a read-only file system",
    ENOSPC: "the disk is full",
    ENOTDIR: "a part of that path is a file",
    EEXIST: "it is a file",
  };
  return no(
    "place",
    `Calcifer cannot keep its data in ${folder}: ${why[error.code ?? ""] ?? error.message}.`,
    elsewhere,
  );
}

function no(check: string, message: string, hint: string): Fault {
  return new Fault("refused", message, { reasons: [{ check, message }], hint });
}

/** File systems by the number statfs gives (Linux). Locks over a network are not kept by all who share the file. */
const networks = new Map<number, string>([
  [0x6969, "nfs"],
  [0x517b, "smb"],
  [0xff534d42, "cifs"],
  [0xfe534d42, "smb2"],
  [0x5346414f, "afs"],
  [0x73757245, "coda"],
  [0x00c36400, "ceph"],
  [0x01021997, "9p"],
]);
const fuse = 0x65735546;

function networkKind(folder: string): string | undefined {
  if (process.platform !== "linux") return undefined;
  const { type } = statfsSync(folder);
  return (
    networks.get(type) ??
    (type === fuse ? networkFuse(folder, readFileSync("/proc/self/mountinfo", "utf8")) : undefined)
  );
}

/** FUSE is a local file system or a remote one; only the mount table tells. */
export function networkFuse(folder: string, mountinfo: string): string | undefined {
  let best = { point: "", kind: "" };
  for (const line of mountinfo.split("\n")) {
    const point = line
      .split(" ")[4]
      ?.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    const kind = / - (\S+) /.exec(line)?.[1];
    if (point === undefined || kind === undefined || point.length < best.point.length) continue;
    if (path.relative(point, folder).startsWith("..")) continue;
    best = { point, kind };
  }
  return /^fuse\.(sshfs|rclone|s3fs|gcsfuse|davfs|curlftpfs|glusterfs|ceph.*)$/.exec(best.kind)?.[1];
}
