import type { Observer } from '@lease/core';
import { Counter, Histogram, type Registry } from 'prom-client';

/** From a holder that lives at the edge to one that renews a lease of a day at a third of it. */
const BUCKETS = [0, 0.25, 1, 5, 15, 60, 300, 3_600, 43_200];

/** How close to the end of their leases holders live: what is left when a renewal comes. */
export function renewalMargin(registry: Registry): Observer {
  const registers = [registry];
  const margin = new Histogram({
    name: 'lease_renewal_margin_seconds',
    help: 'What was left of a lease when this process renewed it. Below 0: it was late, and the grace rescued it.',
    buckets: BUCKETS,
    registers,
  });
  const late = new Counter({
    name: 'lease_renewals_late_total',
    help: 'Renewals by this process that came after the expire time, before a sweep had ended the lease.',
    registers,
  });
  return (event) => {
    if (event.type !== 'lease-renewed') return;
    margin.observe(event.marginMs / 1_000);
    if (event.marginMs < 0) late.inc();
  };
}
