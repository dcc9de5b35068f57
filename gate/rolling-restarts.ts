// Three replicas over one PostgreSQL, restarted one after another under load (F15), twenty rounds of it.
// `npm run gate -- rolling-restarts [--seed 7]`.
import { rollingRestarts } from '../tests/cluster/rolling-restart.js';
import { conclude, progress, seedOfRun } from './verdict.js';

const seed = seedOfRun();
conclude(await rollingRestarts({ rounds: 20, seed, progress }), seed);
