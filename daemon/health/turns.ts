// Whose turn it is next, and how many are at it at once.

interface Turn {
  due: number;
  id: number;
}

/** Numbers by the time of their turn; each has one. A heap: thousands cost no more than a few. */
export class Turns {
  private heap: Turn[] = [];
  private readonly due = new Map<number, number>();

  /** Sets a turn, or moves it. */
  set(id: number, due: number): void {
    this.due.set(id, due);
    this.rise(this.heap.push({ due, id }) - 1);
    // Turns that were moved leave their old entries behind. A sorted list is a heap.
    if (this.heap.length > 2 * this.due.size + 64)
      this.heap = [...this.due].map(([one, at]) => ({ id: one, due: at })).sort((a, b) => a.due - b.due);
  }

  of(id: number): number | undefined {
    return this.due.get(id);
  }

  delete(id: number): void {
    this.due.delete(id);
  }

  clear(): void {
    this.heap = [];
    this.due.clear();
  }

  /** When the next turn is. */
  next(): number | undefined {
    for (let first = this.heap[0]; first; first = this.heap[0]) {
      if (this.due.get(first.id) === first.due) return first.due;
      this.pop();
    }
    return undefined;
  }

  /** Takes the next whose turn has come; without a new one it has none. */
  take(now: number): Turn | undefined {
    const next = this.next();
    if (next === undefined || next > now) return undefined;
    const taken = this.pop() as Turn;
    this.due.delete(taken.id);
    return taken;
  }

  private dueAt(at: number): number {
    return this.heap[at]?.due ?? Number.POSITIVE_INFINITY;
  }

  private pop(): Turn | undefined {
    const [first] = this.heap;
    const last = this.heap.pop();
    if (this.heap.length === 0 || !last) return first;
    this.heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = this.dueAt(right) < this.dueAt(left) ? right : left;
      if (this.dueAt(at) <= this.dueAt(least)) return first;
      this.swap(at, least);
      at = least;
    }
  }

  private rise(from: number): void {
    for (let at = from; at > 0; ) {
      const up = (at - 1) >> 1;
      if (this.dueAt(up) <= this.dueAt(at)) return;
      this.swap(at, up);
      at = up;
    }
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b] as Turn, this.heap[a] as Turn];
  }
}

/** At most so many at once; the others wait in their order. */
export class Lane {
  private busy = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  async run<T>(act: () => Promise<T>): Promise<T> {
    if (this.busy >= this.most) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.busy++;
    try {
      return await act();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.busy--;
    }
  }
}
