import type { BreakerState } from '@lease/core';
import type { Table } from './table.js';

/** The breaker of an endpoint, in one process. A success that comes late is that of an attempt from before it opened. */
export const BREAKER: Table<BreakerState, 'change'> = {
  closed: { change: ['open'] },
  open: { change: ['half-open', 'closed'] },
  'half-open': { change: ['open', 'closed'] },
};
