// A thousand sessions are terminated and the server is stopped at once five times, under load (F3, F5).
import { databaseRounds } from '../tests/cluster/database-rounds.js';
import { conclude, progress, seedOfRun } from './verdict.js';

const seed = seedOfRun();
conclude(await databaseRounds({ terminations: 1_000, stops: 5, seed, progress }), seed);
