// One at a time for each item: two clients that finish the same one do it one after the other.

export class Turns {
  private readonly last = new Map<number, Promise<unknown>>();

  /** Runs `act` when everything taken before for this item has ended, well or badly. */
  async take<T>(item: number, act: () => Promise<T>): Promise<T> {
    const before = this.last.get(item) ?? Promise.resolve();
    const mine = before.then(act, act);
    const settled = mine.catch(() => {});
    this.last.set(item, settled);
    void settled.then(() => {
      if (this.last.get(item) === settled) this.last.delete(item);
    });
    return mine;
  }
}
