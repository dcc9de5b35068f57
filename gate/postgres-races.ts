// Many connections, a few objects, random calls: `npm run gate -- postgres-races [--seeds 200] [--connections 32]
// [--for-ms 2000]`. Half of the seeds run on a server that flushes each commit to the disk, half on one that does not.

import { parseArgs } from 'node:util';
import { raceOnServer } from '../tests/races/race-on-server.js';
import { missingFrom, summarize } from '../tests/races/summary.js';
import { conclude, progress } from './verdict.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    connections: { type: 'string', default: '32' },
    'for-ms': { type: 'string', default: '2000' },
  },
});
const seeds = Number(values.seeds);
const connections = Number(values.connections);
const forMs = Number(values['for-ms']);

const half = Math.ceil(seeds / 2);
const options = { connections, forMs, progress };
const quick = await raceOnServer({ ...options, durable: false, firstSeed: 1, seeds: half });
const durable = await raceOnServer({ ...options, durable: true, firstSeed: half + 1, seeds: seeds - half });

const { violations, encounters, ...figures } = summarize([...quick.reports, ...durable.reports]);
const deadlocks = quick.deadlocks + durable.deadlocks;
conclude({
  ...{ connections, forMs, ...figures, deadlocks, encounters: Object.fromEntries(encounters) },
  violations: [
    ...violations,
    ...(deadlocks > 0 ? [`L1: ${deadlocks} deadlocks`] : []),
    ...[...quick.errors, ...durable.errors].map((line) => `the server logged: ${line}`),
    ...missingFrom(encounters).map((kind) => `never met: ${kind}`),
  ],
});
