// Run by VS Code after the extension was uninstalled: no daemon is left behind. Hooks that stay let git go on, and say so.
import { connect } from "../protocol/connect.ts";

async function end(): Promise<void> {
  const connection = await connect({ client: "other", timeout: 2000 });
  await connection.request("daemon.stop");
  await connection.closed;
}

// No daemon, or one of another version: there is nothing to end.
end().catch(() => {});
