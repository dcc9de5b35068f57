import type { Ending, History, StoredLease } from '../history.js';
import { groupBy } from '../../helpers/group-by.js';
import type { StoreClock } from './store-clock.js';

/** S6: each life's cleanup is in exactly one class, and what counts as collected was. */
export function* brokenByEndings({ callbacks, rest }: History, clock: StoreClock): Generator<string> {
  const endings = [...rest.finished, ...rest.unfinished];
  const found = groupBy(endings, lifeOf);
  const lives = groupBy(rest.leases, lifeOf);
  for (const [life, leases] of lives) {
    const count = found.get(life)?.length ?? 0;
    const kept = leases.some(({ disposition }) => disposition === 'KEEP');
    const over = leases.every(({ state }) => state !== 'ACTIVE');
    if (count > 1) yield `S6: ${life} came to its end ${count} times`;
    if (count === 0 && over && !kept) yield `S6: ${life} is in no class`;
    if (count > 0 && !over) yield `S6: ${life} has ended, and is held`;
    if (count > 0 && clock.isSteady && isKept(leases)) yield `S6: ${life} was kept, and has ended`;
  }
  for (const life of found.keys()) {
    if (!lives.has(life)) yield `S6: ${life} has ended, and was nobody's`;
  }
  const done = new Set(callbacks.filter(({ answer }) => answer === 'done').map(({ cleanupId }) => cleanupId));
  const settled = new Set(
    rest.attempts.filter(({ outcome }) => outcome === 'DONE').map(({ cleanupId }) => cleanupId),
  );
  for (const ending of endings) {
    const { cleanupId, state, objectKey } = ending;
    if (state === 'COLLECTED' && !done.has(cleanupId))
      yield `S6: ${objectKey} counts as collected, and no call of cleanup ${cleanupId} succeeded`;
    if ((state === 'COLLECTED') !== settled.has(cleanupId))
      yield `S6: cleanup ${cleanupId} is ${state}, and its attempts say otherwise`;
  }
  const lifeOfCleanup = new Map(endings.map((ending) => [ending.cleanupId, lifeOf(ending)]));
  for (const call of callbacks) {
    const life = lifeOfCleanup.get(call.cleanupId);
    if (life !== undefined && life !== lifeOf(call))
      yield `S7: cleanup ${call.cleanupId} is that of ${life}, and its call was for ${lifeOf(call)}`;
  }
  for (const { cleanupId, state } of rest.unfinished) {
    if (state !== 'ABANDONED') yield `S6: cleanup ${cleanupId} is still ${state}`;
  }
}

/** Its cleanup was cleared, and nobody came later who could have given it another one. */
function isKept(leases: readonly StoredLease[]): boolean {
  const kept = leases.filter(({ disposition }) => disposition === 'KEEP').map(({ endMs = 0 }) => endMs);
  return kept.length > 0 && leases.every(({ createMs }) => createMs < Math.max(...kept));
}

function lifeOf({ objectKey, generation }: Pick<Ending, 'objectKey' | 'generation'>): string {
  return `${objectKey} in generation ${generation}`;
}
