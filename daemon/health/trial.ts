// Health in a house of its own, with a clock moved by hand, and probes and witnesses that say what a test wants.
import { api } from "../../protocol/api.ts";
import type { Handlers } from "../dispatch.ts";
import { eventRoom } from "../event/event.ts";
import { Repos } from "../git/repos.ts";
import { incidentRoom } from "../incident/incident.ts";
import { HandClock } from "../life/clock.ts";
import type { Running } from "../life/house.ts";
import { newHome, startHere } from "../life/trial.ts";
import type { World } from "../world.ts";
import { type Health, healthRoom, openHealth } from "./health.ts";
import type { KeeperOptions } from "./keeper.ts";
import type { Spec } from "./probe/probe.ts";
import type { Answer } from "./rules.ts";
import { allEndpoints, insertEndpoint, type NewEndpoint } from "./store.ts";

export const well: Answer = { says: "well", ms: 20, why: "200 in 20 ms" };
export const refused: Answer = { says: "failed", ms: null, why: "connection refused" };

export class Trial {
  readonly clock = new HandClock("2026-11-20T12:00:00.000Z");
  readonly home = newHome();
  /** what is answered, by port; well, if nothing is said */
  readonly answers = new Map<number, Answer | Promise<Answer>>();
  /** ports in the order in which they were asked */
  asked: number[] = [];
  network = { there: true, why: "" };
  witnessed = 0;
  running!: Running;
  world!: World;
  health!: Health;
  room!: ReturnType<typeof healthRoom>;

  async start(other: Partial<KeeperOptions> = {}): Promise<this> {
    this.running = await startHere(this.home, {
      clock: this.clock,
      furnish: (world, { feed }) => {
        const repos = new Repos(world);
        this.world = world;
        this.health = openHealth(world, repos, this.clock, {
          probe: async (spec) => this.answer(spec),
          witness: async (others) => {
            this.witnessed++;
            return others > 0 ? { there: true, why: "others answer" } : this.network;
          },
          ...other,
        });
        this.room = healthRoom(world, repos, this.health);
        const rooms = { health: this.room, event: eventRoom(world, feed), incident: incidentRoom(world, repos) };
        return {
          api: { health: api.health, event: api.event, incident: api.incident },
          rooms: rooms as unknown as Record<string, Handlers>,
          keepers: [this.health.keeper],
          end: () => repos.close(),
        };
      },
    });
    await this.settled();
    return this;
  }

  async stop(): Promise<void> {
    this.running.stop("the test says so");
    await this.running.ended;
  }

  private async answer(spec: Spec): Promise<Answer> {
    const port = "port" in spec ? spec.port : 0;
    this.asked.push(port);
    return (await this.answers.get(port)) ?? well;
  }

  /** Services that are there without a repository. @param needs what it depends on */
  async service(name: string, ...needs: string[]): Promise<number> {
    return await this.world.ownCall().write(async (tx) => {
      const service = {
        name,
        repo: `/no/${name}`,
        git_dir: `/no/${name}/.git`,
        trunk: "main",
        changes: "CHANGES.md",
        docs: "docs",
      };
      const row = { ...service, added: this.now(), removed: null } as never;
      const { insertId } = await tx.db.insertInto("services").values(row).executeTakeFirstOrThrow();
      const id = Number(insertId);
      for (const need of needs) {
        const { id: on } = await tx.db
          .selectFrom("services")
          .select("id")
          .where("name", "=", need)
          .executeTakeFirstOrThrow();
        await tx.db
          .insertInto("service_dependencies")
          .values({ service_id: id, needs_id: on, source: "declared" })
          .execute();
      }
      await tx.happened("service.added", { service: name, data: { repo: service.repo } });
      return id;
    });
  }

  /** An endpoint of a service that is not this machine. */
  async endpoint(service: string, port: number, more: Partial<NewEndpoint> & { host?: string } = {}): Promise<number> {
    const { host = "192.0.2.1", ...rest } = more;
    const { id: service_id } = await this.world.db
      .selectFrom("services")
      .select("id")
      .where("name", "=", service)
      .executeTakeFirstOrThrow();
    const id = await this.world.ownCall().write(({ db }) =>
      insertEndpoint(db, {
        service_id,
        name: `tcp-${port}`,
        environment: "production",
        kind: "tcp",
        target: `${host}:${port}`,
        interval: 60,
        timeout: 10_000,
        failures: 2,
        slow: null,
        family: "any",
        http: null,
        item_id: null,
        page: null,
        paused: null,
        paused_reason: null,
        created: this.now(),
        state: "not measured",
        since: this.now(),
        why: "it was not checked yet",
        blocked_by: null,
        ...rest,
      }),
    );
    await this.health.keeper.changed(id);
    await this.settled();
    return id;
  }

  now(): string {
    return this.clock.now().toISOString();
  }

  /** Moves the clock in steps no longer than a second, so that nobody takes it for a sleep. */
  async pass(seconds: number): Promise<void> {
    for (let left = seconds * 1000; left > 0; left -= 1000) {
      this.clock.move(Math.min(1000, left));
      await this.settled();
    }
  }

  /** Until everything is done that the clock allows. */
  async settled(): Promise<void> {
    for (let quiet = 0; quiet < 6; ) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.health.keeper.checking ? 0 : quiet + 1;
    }
  }

  async state(id: number): Promise<string> {
    return (await allEndpoints(this.world.db)).find((e) => e.id === id)?.state ?? "gone";
  }

  /** `up → down` of each event, in order. */
  async changes(id: number): Promise<string[]> {
    const rows = await this.world.db
      .selectFrom("events")
      .select("data")
      .where("name", "=", "health.changed")
      .orderBy("seq")
      .execute();
    return rows
      .map((row) => JSON.parse(row.data) as { endpoint: number; from: string; to: string })
      .filter((d) => d.endpoint === id)
      .map((d) => `${d.from} → ${d.to}`);
  }

  async measured(id: number): Promise<number[]> {
    await this.health.recorder.flush();
    const rows = await this.world.db
      .selectFrom("measurements")
      .select("state")
      .where("endpoint_id", "=", id)
      .orderBy("minute")
      .execute();
    return rows.map((row) => row.state);
  }
}
