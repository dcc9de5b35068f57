import type { Observer } from '@lease/core';
import { Gauge, type Registry } from 'prom-client';

/** How many attempts of this process failed since the last one that was done, whatever their endpoints. */
export function attemptRun(registry: Registry): Observer {
  const run = new Gauge({
    name: 'lease_attempts_failed_in_a_row',
    help: 'Attempts of this process that failed since the last one that was done.',
    registers: [registry],
  });
  return (event) => {
    if (event.type !== 'attempt-ended') return;
    if (event.outcome === 'done') run.set(0);
    else if (event.outcome !== 'unstarted') run.inc();
  };
}
