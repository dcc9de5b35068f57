// 20,000 cleanups whose endpoint is down for 24 h, on each store, in virtual time: they stay open, only probes spend their
// budget, and all are collected once it is back (L3). `npm run gate -- endpoint-outage [--cleanups 20000] [--minutes 1440]`.

import { parseArgs } from 'node:util';
import { outageOnEachStore } from '../tests/collection/outage-on-each-store.js';
import { conclude, progress } from './verdict.js';

const { values } = parseArgs({
  options: {
    cleanups: { type: 'string', default: '20000' },
    minutes: { type: 'string', default: '1440' },
  },
});

conclude(
  await outageOnEachStore({ cleanups: Number(values.cleanups), minutes: Number(values.minutes), progress }),
);
