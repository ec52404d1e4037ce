// The daemon as tests start it: with the probe room, and as another version when TRIAL says so.
import type { StartOptions } from "./house.ts";
import { live } from "./program.ts";
import { furnish } from "./trial.ts";

const trial = JSON.parse(process.env.TRIAL ?? "{}") as Pick<StartOptions, "identity" | "limits">;

void live({ furnish, ...trial });
