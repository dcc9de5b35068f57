// Three replicas over one PostgreSQL, of which a random one is killed a hundred times under load (F1).
import { killRounds } from '../tests/cluster/kill-rounds.js';
import { conclude, progress, seedOfRun } from './verdict.js';

const seed = seedOfRun();
conclude(await killRounds({ rounds: 100, seed, progress }), seed);
