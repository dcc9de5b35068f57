import { StoreUnavailableError } from '@lease/core';
import { LeaseError, type Limits } from '@lease/client';
import type { Operation } from '../plan/operations.js';
import { rawRequest } from './cleanup-choice.js';
import type { ClientSite } from './client-site.js';
import { keepHold } from './keep-hold.js';
import { settleLate } from './settle-late.js';
import type { World } from './world.js';

const RPC_TIMEOUT_MS = 3_000;

/** Does one operation of the plan. */
export function perform(world: World, operation: Operation): void {
  world.books.holds.expectHonest();
  switch (operation.kind) {
    case 'hold': {
      const site = siteOf(world, operation.client);
      if (site !== undefined) keepHold(world, site, operation);
      return;
    }
    case 'create':
    case 'renew':
    case 'release':
    case 'get': {
      const site = siteOf(world, operation.client);
      if (site !== undefined) watch(world, callService(world, site, operation));
      return;
    }
    default:
      watch(world, operate(world, operation));
  }
}

type ServiceOperation = Extract<Operation, { kind: 'create' | 'renew' | 'release' | 'get' }>;
type OperatorOperation = Exclude<Operation, ServiceOperation | { kind: 'hold' }>;

async function callService(world: World, { transport, serviceId }: ClientSite, operation: ServiceOperation) {
  const limits: Limits = { timeoutMs: RPC_TIMEOUT_MS, signal: new AbortController().signal };
  const another = (asAnother: boolean) => (asAnother ? `${serviceId}-not` : serviceId);
  switch (operation.kind) {
    case 'create': {
      const requests = operation.wishes.map((wish, i) => {
        const leaseId =
          wish.id === undefined ? world.dice.throw(`create ${operation.n} ${i}`).uuid() : sharedId(wish.id);
        return rawRequest(world, serviceId, leaseId, wish);
      });
      const [first, ...others] = requests;
      if (first === undefined) return;
      await (others.length === 0 ? transport.create(first, limits) : transport.createBatch(requests, limits));
      return;
    }
    case 'renew': {
      const { ttlMs, asAnother } = operation;
      const requests = picked(world, operation.picks).map((leaseId) => ({
        leaseId,
        serviceId: another(asAnother),
        ...(ttlMs !== undefined && { ttlMs }),
      }));
      const [first, ...others] = requests;
      if (first === undefined) return;
      await (others.length === 0 ? transport.renew(first, limits) : transport.renewBatch(requests, limits));
      return;
    }
    case 'release': {
      const { disposition, asAnother } = operation;
      const requests = picked(world, operation.picks).map((leaseId) => ({
        leaseId,
        serviceId: another(asAnother),
        disposition,
      }));
      const [first, ...others] = requests;
      if (first === undefined) return;
      await (others.length === 0
        ? transport.release(first, limits)
        : transport.releaseBatch(requests, limits));
      return;
    }
    case 'get': {
      const [leaseId] = picked(world, [operation.pick]);
      if (leaseId !== undefined) await transport.get(leaseId, limits);
    }
  }
}

async function operate(world: World, operation: OperatorOperation): Promise<void> {
  const { operator, leapsMs } = world;
  switch (operation.kind) {
    case 'retry':
    case 'forget': {
      const { state, pick } = operation;
      const { cleanups } = await operator.listCleanups({ limit: 100, ...(state && { state }) });
      const cleanup = cleanups[pick % Math.max(1, cleanups.length)];
      const cleanupId = cleanup?.cleanupId ?? NOBODYS_ID;
      if (operation.kind === 'forget') await operator.forgetCleanups([{ cleanupId, reason: 'done by hand' }]);
      else await operator.retryCleanups([{ cleanupId, delayMs: operation.delayMs }]);
      return;
    }
    case 'settle-late':
      await settleLate(world, operation);
      return;
    case 'pause':
      await operator.pause({ forMs: Math.round(operation.forMs), note: 'maintenance' });
      return;
    case 'resume':
      await operator.resume();
      return;
    case 'prune':
      await operator.prune({
        endedLeasesOlderThanMs: operation.leasesOlderThanMs,
        // An outcome may be offered again for a minute, in which the store's clock may leap, also while this call is under
        // way: its attempt has to be remembered as long.
        finishedCleanupsOlderThanMs: 70_000 + leapsMs,
        limit: operation.limit,
      });
  }
}

function siteOf({ clients }: World, index: number): ClientSite | undefined {
  const site = clients[index];
  return site?.process.alive === true && !site.process.paused ? site : undefined;
}

/** Lease ids that went out lately; 0 is the latest, and -1 none that ever did. */
function picked({ leaseIds }: World, picks: readonly number[]): readonly string[] {
  return picks.flatMap((pick) => (pick < 0 ? NOBODYS_ID : (leaseIds.at(-1 - pick) ?? [])));
}

const NOBODYS_ID = 'eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee';

/** One of a few ids that everybody uses. */
function sharedId(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

/** Refusals and outages are part of the day. */
function watch({ verdict }: World, deed: Promise<unknown>): void {
  deed.catch((error: unknown) => {
    const isExpected = error instanceof LeaseError || error instanceof StoreUnavailableError;
    verdict.expect(isExpected, 'fault', () => `an operation failed: ${String(error)}`);
  });
}
