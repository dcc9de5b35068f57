// T2: random sequences on each store, whose every answer must be the model's, and the same commands to all stores, whose
// answers must be each other's. `npm run gate -- models [--memory 20000] [--sqlite 5000] [--postgres 2000]
// [--alike 300] [--seed 7]`. All at once: PostgreSQL computes while the others' answers are compared.
import { parseArgs } from 'node:util';
import { openSides, runAlike } from '../tests/integration/cross-backend/run-alike.js';
import { memory, sqlite } from '../tests/integration/storage/embedded-stores.js';
import { lanesOf, type StoreUnderTest, subjectOf } from '../tests/integration/storage/open-store.js';
import { OwnPostgres } from '../tests/integration/storage/own-postgres.js';
import { runSequences } from '../tests/model/run-sequences.js';
import { conclude, progress, seedOfRun } from './verdict.js';

const { values } = parseArgs({
  options: {
    memory: { type: 'string', default: '20000' },
    sqlite: { type: 'string', default: '5000' },
    postgres: { type: 'string', default: '2000' },
    alike: { type: 'string', default: '300' },
    seed: { type: 'string' },
  },
});
const asked = {
  memory: Number(values.memory),
  sqlite: Number(values.sqlite),
  postgres: Number(values.postgres),
  alike: Number(values.alike),
};
type Part = keyof typeof asked;

const seed = seedOfRun();
const startMs = performance.now();
const ran: Record<Part, number> = { memory: 0, sqlite: 0, postgres: 0, alike: 0 };
const violations: string[] = [];

const parts = Object.keys(asked) as Part[];
const reports = setInterval(() => {
  const seconds = (performance.now() - startMs) / 1_000;
  const rate = (part: Part) =>
    `${part} ${ran[part]} of ${asked[part]} (${(ran[part] / seconds).toFixed(1)}/s)`;
  progress(parts.map(rate).join(', '));
}, 5_000);

async function part(name: Part, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    // Fewer prove less than the verdict says.
    if (ran[name] < asked[name]) violations.push(`${name}: only ${ran[name]} of ${asked[name]} ran`);
  } catch (error) {
    // With the seed, the path and the shrunk sequence.
    violations.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  progress(`${name}: ${ran[name]} of ${asked[name]} done`);
}

const follow = (name: 'memory' | 'sqlite' | 'postgres', store: StoreUnderTest) =>
  part(name, () =>
    runSequences(subjectOf(store), {
      sequences: asked[name],
      seed,
      lanes: lanesOf(store),
      onSequence: () => (ran[name] += 1),
    }),
  );

{
  await using database = await OwnPostgres.start();
  const postgres = database.contexts.store;
  await Promise.all([
    follow('memory', memory),
    follow('sqlite', sqlite),
    follow('postgres', postgres),
    part('alike', async () => {
      for (; ran.alike < asked.alike; ran.alike++)
        await runAlike(await openSides([memory, sqlite, postgres]), {
          seed: seed + ran.alike,
          steps: 50,
          maxBatch: 8,
        });
    }),
  ]);
}
clearInterval(reports);
const verdict = { sequences: ran, differences: violations.length, violations };
conclude(verdict, seed);
