import type { Fault } from '../plan/faults.js';
import { loseClaims } from './lose-claims.js';
import type { World } from './world.js';

/** Does the harm of one fault. */
export function inject(world: World, fault: Fault): void {
  world.coverage.fault(fault.kind);
  world.trace.note('fault', describe(fault));
  if ('forMs' in fault) world.lasts(fault.forMs);
  switch (fault.kind) {
    case 'crash':
      world.replicas[fault.replica]?.crash(fault.backAfterMs);
      return;
    case 'crash-at-call':
      world.replicas[fault.replica]?.crashAtCall(fault.calls, fault.sent, fault.backAfterMs);
      return;
    case 'restart':
      world.replicas[fault.replica]?.replica.stop(fault.graceMs);
      return;
    case 'freeze':
      world.replicas[fault.replica]?.replica.process.pause(fault.forMs);
      return;
    case 'zombie': {
      const trap = { at: fault.at, forMs: fault.forMs, sprung: false };
      for (const site of world.replicas) site.lay(trap);
      return;
    }
    case 'lost-claims':
      for (const site of world.replicas) site.blackOut(fault.forMs);
      loseClaims(world, fault.forMs);
      return;
    case 'blackout':
      for (const site of world.replicas) site.blackOut(fault.forMs);
      return;
    case 'store-outage':
      world.storeNode.fail(fault.outage, fault.forMs);
      return;
    case 'partition':
      world.network.cut(fault.a, fault.b, fault.forMs);
      return;
    case 'wall-step':
      stepWall(world, fault.place, fault.byMs);
      return;
    case 'store-restart':
      world.storeNode.fail('before', fault.forMs);
      world.scheduler.after(fault.forMs, () => {
        world.leapStoreClock(fault.byMs);
      });
      return;
    case 'store-clock-leap':
      world.leapStoreClock(fault.byMs);
      return;
    case 'endpoint':
      world.endpoints[fault.endpoint]?.behave(fault.conduct, fault.forMs);
      return;
    case 'client-crash':
      world.clients[fault.client]?.crash();
      return;
    case 'client-block':
      world.clients[fault.client]?.process.pause(fault.forMs);
  }
}

function stepWall(world: World, place: string, byMs: number): void {
  if (place === 'store') world.stepStoreWall(byMs);
  world.replicas.find(({ name }) => name === place)?.replica.process.stepWall(byMs);
  world.clients.find(({ name }) => name === place)?.process.stepWall(byMs);
}

/** `crash replica 1, backAfterMs 300`: short enough for a schedule that people read. */
export function describe(fault: Fault): string {
  const details = Object.entries(fault)
    .filter(([name]) => name !== 'kind' && name !== 'atMs')
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Math.round(value) : String(value)}`);
  return [fault.kind, ...details].join(', ');
}
