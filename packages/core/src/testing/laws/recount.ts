import type { StoreStats } from '../../store/control-verbs.js';
import { TYPE_GROUPS, typeGroup } from '../../lease/object-ref.js';
import { checkEqual } from '../check.js';
import type { Trial } from './trial.js';

/** S6, S16: the totals add up. */
function checkSums({ leases, cleanups, attempts }: StoreStats, claimed: number): void {
  checkEqual(
    leases.active + leases.released + leases.expired,
    leases.created,
    'S16: active + released + expired',
  );
  const { collected, abandoned, open, revived, kept, forgotten } = cleanups;
  checkEqual(collected + abandoned + open + revived + kept + forgotten, cleanups.ended, 'S6: all classes');
  const { done, retried, failed, unstarted, lost } = attempts;
  checkEqual(
    done + retried + failed + unstarted + lost + claimed,
    attempts.claimed,
    'attempts, with those under way',
  );
}

/** S6, S16: the totals add up and agree with a recount. Nothing may have been pruned. */
export async function checkRecount(trial: Trial): Promise<StoreStats> {
  const stats = await trial.store.stats();
  const leases = await trial.leases({ limit: 1_000 });
  const inState = (state: string) => leases.filter((lease) => lease.state === state);
  checkEqual(
    stats.leases,
    {
      created: leases.length,
      active: inState('ACTIVE').length,
      released: inState('RELEASED').length,
      expired: inState('EXPIRED').length,
      renewals: leases.reduce((sum, { renewalCount }) => sum + renewalCount, 0),
    },
    'totals of leases',
  );
  const held = new Set(inState('ACTIVE').map(({ object }) => `${object.type}/${object.id}`));
  checkEqual(stats.heldObjects, held.size, 'held objects');

  const active = inState('ACTIVE');
  const byType = Object.fromEntries(
    TYPE_GROUPS.map((group) => [
      group,
      active.filter(({ object }) => typeGroup(object.type) === group).length,
    ]),
  );
  checkEqual(stats.activeByType, byType, 'active leases by type');
  const services = active.map(({ serviceId }) => serviceId);
  const counts = services.map((service) => services.filter((other) => other === service).length);
  checkEqual(stats.largestService, Math.max(0, ...counts), 'active leases of the largest service');
  checkEqual(stats.nextCheckTime === undefined, active.length === 0, 'no check without an active lease');

  const listed = async (state: 'DUE' | 'CLAIMED' | 'ABANDONED' | 'COLLECTED' | 'REVIVED' | 'FORGOTTEN') =>
    (await trial.cleanups({ state, limit: 1_000 })).length;
  const claimed = await listed('CLAIMED');
  const { ended, kept, ...classes } = stats.cleanups;
  checkEqual(
    classes,
    {
      collected: await listed('COLLECTED'),
      abandoned: await listed('ABANDONED'),
      open: (await listed('DUE')) + claimed,
      revived: await listed('REVIVED'),
      forgotten: await listed('FORGOTTEN'),
    },
    'totals of cleanups',
  );
  checkEqual(kept <= ended, true, 'kept lives are ended lives');
  checkSums(stats, claimed);
  return stats;
}
