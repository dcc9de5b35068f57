// Behind pgbouncer in transaction mode the store keeps all its laws, and replicas are killed and sessions end as without
// it. A gate and no test, since pgbouncer comes from the system's packages (`apt-get install pgbouncer`) and `npm test`
// runs on a machine that has Node and npm only. Where it is missing, this gate fails and says so.
import { poolerRounds } from '../tests/cluster/pooler-rounds.js';
import { conclude, progress, seedOfRun } from './verdict.js';

const seed = seedOfRun();
conclude(await poolerRounds({ rounds: 5, terminations: 200, seed, progress }), seed);
