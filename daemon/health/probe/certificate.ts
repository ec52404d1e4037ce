// What a server's certificate says of its end.
import net from "node:net";
import tls from "node:tls";
import { type Family, known, lookUp } from "./lookup.ts";

export interface Certificate {
  /** whole days until it expires; below 0: it has */
  days: number;
}

const day = 86_400_000;

export function certificateOf(socket: tls.TLSSocket): Certificate | undefined {
  const ends = Date.parse(socket.getPeerCertificate().valid_to ?? "");
  return Number.isNaN(ends) ? undefined : { days: Math.floor((ends - Date.now()) / day) };
}

/** Looks at a certificate that was refused; nothing is said to its owner. */
export async function peek(
  url: URL,
  family: Family,
  timeout: number,
  signal: AbortSignal,
): Promise<Certificate | undefined> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = await lookUp(host, family, timeout, signal).catch(() => []);
  if (addresses.length === 0 || signal.aborted) return undefined;
  return new Promise((resolve) => {
    const socket = tls.connect({
      host,
      port: Number(url.port || 443),
      lookup: known(addresses),
      rejectUnauthorized: false,
      ...(net.isIP(host) === 0 && { servername: host }),
    });
    const end = (found?: Certificate) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      socket.destroy();
      resolve(found);
    };
    const abort = () => end();
    const timer = setTimeout(abort, timeout);
    signal.addEventListener("abort", abort, { once: true });
    socket.once("secureConnect", () => end(certificateOf(socket)));
    socket.once("error", () => end());
  });
}
