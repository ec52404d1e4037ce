// The daemon: lists rooms and keepers. Opening the database, building the world and ending in order is life/house.ts.
import { realpathSync } from "node:fs";
import { api } from "../protocol/api.ts";
import { backupRoom } from "./backup/backup.ts";
import { dailyCopies } from "./backup/daily.ts";
import { changesRoom } from "./changes/changes.ts";
import { daemonRoom } from "./daemon/daemon.ts";
import { Documents, docsRoom } from "./docs/docs.ts";
import { eventRoom } from "./event/event.ts";
import { gateRoom, judgeWithOthers, recordedTests, sweepTests } from "./gate/gate.ts";
import { Repos } from "./git/repos.ts";
import { Verdicts } from "./git/verdicts.ts";
import { Watch } from "./git/watch.ts";
import { healthRoom, openHealth } from "./health/health.ts";
import { homeRoom, warmVerdicts } from "./home/home.ts";
import { ideRoom } from "./ide/ide.ts";
import { incidentKeeper, incidentRoom } from "./incident/incident.ts";
import { languageMethods } from "./language/language.ts";
import type { Furnish } from "./life/house.ts";
import { live } from "./life/program.ts";
import { forgetOldAnswers, rotateLog } from "./life/upkeep.ts";
import { remoteRoom } from "./remote/remote.ts";
import { serviceRoom } from "./service/service.ts";
import { itemMaker, recoverCommits, recoverMerges, workRoom } from "./work/work.ts";

export const furnish: Furnish = (world, { store, feed, life, clock, log }) => {
  const repos = new Repos(world);
  const watch = new Watch(world, repos);
  const verdicts = new Verdicts(watch, recordedTests(world));
  const documents = new Documents(world, repos);
  const health = openHealth(world, repos, clock);
  const judge = judgeWithOthers(world, verdicts);
  const gate = gateRoom(world, repos, judge, watch);
  const standing = ({ id }: { id: number }) => gate.show({ item: id, fresh: false }, world.ownCall());
  return {
    api,
    rooms: {
      home: homeRoom(world, repos, verdicts),
      work: workRoom(world, repos, judge),
      gate,
      changes: changesRoom(world, repos),
      service: serviceRoom(world, repos, itemMaker(world, repos)),
      health: healthRoom(world, repos, health),
      incident: incidentRoom(world, repos),
      docs: docsRoom(world, repos, documents),
      ide: ideRoom(world, repos),
      remote: remoteRoom(world, repos),
      event: eventRoom(world, feed),
      backup: backupRoom(world, store, feed),
      daemon: daemonRoom(world, life),
    },
    others: languageMethods({ world, repos, verdicts, standing }),
    keepers: [
      rotateLog(log, clock),
      forgetOldAnswers(store, clock),
      dailyCopies(world, store, clock),
      watch,
      warmVerdicts(world, repos, verdicts),
      documents,
      ...health.keepers,
      sweepTests(world),
      incidentKeeper(world, repos),
    ],
    begin: async () => {
      await recoverCommits(world, repos);
      await recoverMerges(world, repos);
    },
    end: () => repos.close(),
  };
};

// Not import.meta.main, which Node 22 does not have.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === import.meta.filename) void live({ furnish });
