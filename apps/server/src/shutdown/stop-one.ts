import type { Clock } from '@lease/core';
import type { Component, StopOutcome } from './component.js';

/**
 * Ends one component: when its time is up or `hurry` aborts, its signal aborts; a while later, or when `limit` aborts, it is
 * left behind. Rejects if it rejects.
 */
export async function stopOne(
  { stop, timeoutMs, lastMs = 0 }: Component,
  clock: Clock,
  hurry: AbortSignal,
  limit: AbortSignal,
): Promise<StopOutcome> {
  const cut = new AbortController();
  let leaveBehind: () => void = () => undefined;
  const given = new Promise<'left behind'>((resolve) => (leaveBehind = () => resolve('left behind')));
  let cancel: () => void = () => undefined;
  const cutShort = (reason: unknown) => {
    if (cut.signal.aborted) return;
    cancel();
    cancel = clock.schedule(lastMs, leaveBehind);
    cut.abort(reason);
  };
  const onHurry = () => {
    cutShort(hurry.reason);
  };
  const onLimit = () => {
    cutShort(limit.reason);
    leaveBehind();
  };
  hurry.addEventListener('abort', onHurry);
  limit.addEventListener('abort', onLimit);
  cancel = clock.schedule(timeoutMs, () => {
    cutShort(new Error(`not ended within ${timeoutMs} ms`));
  });
  try {
    // Within an async function: a component that throws at once rejects like any other.
    const stopped = (async () => {
      await stop(cut.signal);
      return cut.signal.aborted ? 'cut short' : 'stopped';
    })();
    // It may reject when nobody waits for it any more.
    stopped.catch(() => undefined);
    // Only now: whoever listens for the abort has had the time to.
    if (hurry.aborted) onHurry();
    return await Promise.race([stopped, given]);
  } finally {
    cancel();
    hurry.removeEventListener('abort', onHurry);
    limit.removeEventListener('abort', onLimit);
  }
}
