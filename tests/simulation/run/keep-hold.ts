import { createHold, type Hold, HoldNotHeldError, LeaseError } from '@lease/client';
import type { Operation } from '../plan/operations.js';
import type { ClientSite } from './client-site.js';
import { holdRequest } from './cleanup-choice.js';
import type { World } from './world.js';

type HoldOperation = Extract<Operation, { kind: 'hold' }>;

/** Takes a hold, keeps it as long as the operation says, lets it go. The process may die at any point. */
export function keepHold(world: World, site: ClientSite, operation: HoldOperation): void {
  const { books, verdict } = world;
  const { process, transport } = site;
  const random = world.dice.throw(`hold ${operation.n}`);
  const run = async () => {
    const hold = await createHold(
      transport.forHolds,
      { clock: process.clock, random },
      {
        ...holdRequest(world, operation.wish),
        onStateChange: (state) => {
          world.trace.note(process.name, `hold ${hold.leaseId.slice(0, 8)} is ${state}`);
          if (state === 'released') books.holds.closed(hold.leaseId);
        },
      },
    );
    books.holds.opened(process, hold);
    if (operation.end === 'never') return;
    await new Promise<void>((resolve) => process.clock.schedule(operation.forMs, resolve));
    books.holds.expectHonest();
    await letGo(hold, operation.end);
  };
  run().catch((error: unknown) => {
    const isExpected = error instanceof LeaseError || error instanceof HoldNotHeldError;
    verdict.expect(isExpected, 'fault', () => `a hold failed: ${String(error)}`);
  });
}

async function letGo(hold: Hold, end: Exclude<HoldOperation['end'], 'never'>): Promise<void> {
  switch (end) {
    case 'collect':
      await hold.release();
      return;
    case 'keep':
      await hold.release('KEEP');
      return;
    case 'dispose-keep':
      if (hold.state === 'lost') return;
      hold.keep();
      await hold[Symbol.asyncDispose]();
  }
}
