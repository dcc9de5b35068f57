// Three processes migrate an empty database together, fifty times (F16).
import { migrationRounds } from '../tests/cluster/migration-rounds.js';
import { RunningPostgres } from '../tests/helpers/postgres/running-postgres.js';
import { conclude, progress } from './verdict.js';

await using postgres = await RunningPostgres.start();
conclude(await migrationRounds({ rounds: 50, postgres, progress }));
