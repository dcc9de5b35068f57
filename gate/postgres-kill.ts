// Three replicas over one PostgreSQL, of which a random one is killed twenty times under load (F1).
import { killRounds } from '../tests/cluster/kill-rounds.js';
import { conclude, progress, seedOfRun } from './verdict.js';

const seed = seedOfRun();
conclude(await killRounds({ rounds: 20, seed, progress }), seed);
