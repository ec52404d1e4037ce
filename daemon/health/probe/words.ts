// What sockets, TLS and resolvers say, as short sentences.

const sentences: Record<string, string> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  EHOSTUNREACH: "no route to the host",
  EHOSTDOWN: "the host is down",
  ENETUNREACH: "no route to its network",
  ENETDOWN: "the network is down",
  ETIMEDOUT: "no answer",
  EADDRNOTAVAIL: "this machine has no address for it",
  EACCES: "this machine may not connect there",
  EPERM: "this machine may not connect there",
  ENOTFOUND: "its name is not known",
  ENODATA: "its name has no address",
  EAI_AGAIN: "its name cannot be looked up now",
  ESERVFAIL: "the name server failed",
  EREFUSED: "the name server refused to answer",
  ETIMEOUT: "no name server answered",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate comes from an authority this machine does not trust",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate comes without the chain that would prove it",
  UNABLE_TO_GET_ISSUER_CERT: "its certificate comes from an authority this machine does not know",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate comes from an authority this machine does not know",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  CERT_HAS_EXPIRED: "its certificate expired",
  CERT_REVOKED: "its certificate was revoked",
  EPROTO: "it does not speak TLS as we do",
  HPE_HEADER_OVERFLOW: "its headers are too long",
  ERR_INVALID_URL: "it is no URL",
};

/** Errors of this process rather than of what is checked. */
const ours = new Set(["EACCES", "EPERM", "EADDRNOTAVAIL", "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EADDRINUSE"]);
export const isOurs = (error: unknown): boolean => ours.has(codeOf(error) ?? "");

/** The first code in an error; several addresses that failed are in one error. */
export function codeOf(error: unknown): string | undefined {
  const { code, errors } = (error ?? {}) as { code?: unknown; errors?: unknown[] };
  const inner = errors?.map(codeOf).filter((c) => c !== undefined);
  // Refused by one address is more than silence of another.
  if (inner?.includes("ECONNREFUSED")) return "ECONNREFUSED";
  return inner?.[0] ?? (typeof code === "string" ? code : undefined);
}

export function sentenceOf(error: unknown): string {
  const code = codeOf(error);
  if (code === undefined) return firstLine(error);
  const known = sentences[code];
  if (known !== undefined) return known;
  if (code.startsWith("HPE_")) return "what it answers is no HTTP";
  if (code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_")) return `TLS failed: ${reason(error)}`;
  return firstLine(error);
}

const reason = (error: unknown): string => {
  const { reason: said } = error as { reason?: unknown };
  return (typeof said === "string" ? said : firstLine(error)).slice(0, 80);
};
const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0]?.slice(0, 120) ?? "it failed";

export const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(1))} s`;
