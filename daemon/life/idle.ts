// Ends a daemon nobody needs.

/** Seconds without a client after which the daemon ends; undefined when it stays (`calcifer daemon install` sets CALCIFER_STAY). */
export function idleSeconds(env: Record<string, string | undefined>): number | undefined {
  if (env.CALCIFER_STAY === "1") return undefined;
  const asked = Number(env.CALCIFER_IDLE_SECONDS);
  return Number.isFinite(asked) && asked > 0 ? asked : 30 * 60;
}

export class Idle {
  private timer: NodeJS.Timeout | undefined;
  private readonly seconds: number | undefined;
  private readonly needed: () => boolean;
  private readonly end: () => void;

  constructor(seconds: number | undefined, needed: () => boolean, end: () => void) {
    this.seconds = seconds;
    this.needed = needed;
    this.end = end;
  }

  /** To be called when a client came or went. */
  look(): void {
    this.stop();
    if (this.seconds === undefined) return;
    this.timer = setTimeout(() => (this.needed() ? this.look() : this.end()), this.seconds * 1000);
    this.timer.unref();
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
