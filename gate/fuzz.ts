// T5: hostile frames at a real server with each store of its own, with a client beside them that must not notice. `npm run gate -- fuzz
// [--frames 1000000] [--seed 7]`: that many in all.
import { parseArgs } from 'node:util';
import { fuzzWire, type WireFuzzReport } from '../tests/fuzz/fuzz-wire.js';
import { conclude, progress, seedOfRun } from './verdict.js';

const { values } = parseArgs({
  options: { frames: { type: 'string', default: '1000000' }, seed: { type: 'string' } },
});
const frames = Number(values.frames);
const seed = seedOfRun();

const stores: (Omit<WireFuzzReport, 'violations'> & { readonly storage: string })[] = [];
const violations: string[] = [];
for (const storage of ['memory', 'sqlite'] as const) {
  const { violations: found, ...figures } = await fuzzWire({
    ...{ storage, frames: Math.ceil(frames / 2), seed },
    progress: (line) => {
      progress(`${storage}: ${line}`);
    },
  });
  stores.push({ storage, ...figures });
  violations.push(...found);
}
const report = { stores, violations };
conclude(report, seed);
