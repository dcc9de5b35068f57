import { describe, expect, test } from 'vitest';
import { seededRandom } from '@lease/core/testing';
import { Child } from '../helpers/child.js';
import { Probe } from '../helpers/probe.js';
import { fuzzWire } from './fuzz-wire.js';
import { hostileBytes } from './hostile-bytes.js';

const FRAMES = 20_000;
/** `npm run gate -- fuzz` takes others, and more. */
const SEED = 1;

describe('T5: hostile bytes on the wire', () => {
  test(`${FRAMES} frames: no crash, no stall, correct calls are answered, and a recount agrees (S6, S16)`, async () => {
    const report = await fuzzWire({ storage: 'sqlite', frames: FRAMES, seed: SEED });
    expect(report.violations).toEqual([]);
    expect(report.crashes).toBe(0);
    // Frames that are all thrown away at the door prove little.
    expect(report.answers).toBeGreaterThan(100);
    expect(report.goaways).toBeGreaterThan(0);
    expect(report.correctCalls).toBeGreaterThan(0);
  }, 120_000);

  test('a seed gives the same bytes again', () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 20 }, () => hostileBytes(random).bytes.toString('base64'));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(2)).not.toEqual(draw(1));
  });

  test('a loop that computes for 400 ms is seen', async () => {
    using probe = new Probe();
    const script = `setTimeout(() => { const cpu = () => process.cpuUsage().user + process.cpuUsage().system;
      const end = cpu() + 400_000; while (cpu() < end); }, 500); setInterval(() => {}, 1_000)`;
    const child = new Child({ name: 'busy', args: ['-e', script], env: { NODE_OPTIONS: probe.nodeOptions } });
    try {
      await probe.nextLine();
      await probe.nextLine();
      expect(Math.max(...probe.lines().map(({ stallMs }) => stallMs))).toBeGreaterThan(200);
    } finally {
      await child.kill('SIGKILL');
    }
  });
});
