// One at a time: two clients that finish the same item, or two items of one repository, do it one after the other.

export class Turns {
  private readonly last = new Map<number | string, Promise<unknown>>();

  /** Runs `act` when everything taken before for it has ended, well or badly. */
  async take<T>(what: number | string, act: () => Promise<T>): Promise<T> {
    const before = this.last.get(what) ?? Promise.resolve();
    const mine = before.then(act, act);
    const settled = mine.catch(() => {});
    this.last.set(what, settled);
    void settled.then(() => {
      if (this.last.get(what) === settled) this.last.delete(what);
    });
    return mine;
  }
}
