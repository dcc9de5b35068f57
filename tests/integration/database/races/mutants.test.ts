import { expect, test } from 'vitest';
import { freshSchema } from '../../../helpers/postgres/index.js';
import { postgresMutants } from '../../../mutants/mutant.js';
import { tryPostgres } from '../../../mutants/try-postgres.js';

test.each(postgresMutants.map((mutant) => [mutant.name, mutant.bug, mutant] as const))(
  '%s: %s',
  async (_name, _bug, mutant) => {
    expect((await tryPostgres(mutant, freshSchema())).faults).toEqual([]);
  },
);
