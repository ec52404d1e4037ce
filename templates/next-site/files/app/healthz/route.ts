// Asked each time: what was well when the site was built need not be so now.
export const dynamic = "force-dynamic";

export function GET(): Response {
  const body = { status: "ok", version: process.env.VERSION || "0.1.0" };
  return Response.json(body, { headers: { "Cache-Control": "no-store" } });
}
