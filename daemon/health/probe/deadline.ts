// Time limits of probes, which know when it was this process that did not get round to listening.

/** Milliseconds by which a timer may come late before we call ourselves busy. */
const busyFrom = 300;
/** After a stall, what has arrived meanwhile is read first. */
const catchUp = 200;
const beat = 100;

/** Notices stalls of this process: a locked database, a machine that sleeps. Beats only while it is held. */
export class Pulse {
  private holders = 0;
  private timer: NodeJS.Timeout | undefined;
  private last = 0;
  private stalled = Number.NEGATIVE_INFINITY;

  hold(): { release: () => void; stalled: () => boolean } {
    const since = performance.now();
    if (this.holders++ === 0) {
      this.last = since;
      this.timer = setInterval(() => this.look(), beat);
      this.timer.unref();
    }
    return {
      release: () => {
        if (--this.holders === 0) clearInterval(this.timer);
      },
      stalled: () => {
        this.look();
        return this.stalled >= since;
      },
    };
  }

  private look(): void {
    const now = performance.now();
    if (now - this.last > beat + busyFrom) this.stalled = now;
    this.last = now;
  }
}

/** Calls `act` after so long, unless ended; after a stall of the process a little later, when what came meanwhile was read. */
export function deadline(ms: number, act: () => void): () => void {
  const due = performance.now() + ms;
  let timer = setTimeout(() => {
    if (performance.now() - due < busyFrom) return act();
    timer = setTimeout(act, catchUp);
  }, ms);
  return () => clearTimeout(timer);
}
