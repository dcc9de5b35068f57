// Fifty replicas that sleep through the end of their claim and then report: each outcome is refused and counted (F7).
import { zombieRounds } from '../tests/cluster/zombie-rounds.js';
import { conclude, progress, seedOfRun } from './verdict.js';

const seed = seedOfRun();
conclude(await zombieRounds({ zombies: 50, seed, progress }), seed);
