import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { canary, canaryNames, findCanaries, plantedIn, PRINTED_DIRECTORY } from './canaries.mjs';
import { startChild, temporaryDirectory } from './index.js';
import { printed } from './printed.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A run whose children print here, and not where this run looks for its own canaries. */
function aRun(): string {
  const directory = temporaryDirectory();
  vi.stubEnv(PRINTED_DIRECTORY, directory);
  return directory;
}

it('is noted which canaries a run has planted', () => {
  const directory = aRun();
  expect(plantedIn(directory)).toEqual([]);
  canary('lease metadata');
  canary('lease metadata');
  expect(plantedIn(directory)).toEqual(['lease metadata']);
});

describe('the search for canaries', () => {
  it.each(canaryNames)('finds the %s', async (name) => {
    const directory = aRun();
    writeFileSync(join(directory, 'quiet'), 'nothing here\n');
    writeFileSync(join(directory, 'loud'), `{"msg":"ü ${canary(name)} ${canary(name)}"}\n`);
    const { found, bytes } = await findCanaries(directory);
    expect(found).toEqual([{ file: 'loud', name }]);
    expect(bytes).toBe(
      'nothing here\n'.length + Buffer.byteLength(`{"msg":"ü  "}\n`) + 2 * canary(name).length,
    );
  });

  it('finds one wherever a read may cut it', async () => {
    const directory = aRun();
    const secret = canary('callback payload');
    for (let cut = 0; cut <= secret.length; cut += 1)
      writeFileSync(join(directory, `${cut}`), '.'.repeat(64 * 1_024 - cut) + secret);
    expect((await findCanaries(directory)).found).toHaveLength(secret.length + 1);
  });

  it('finds none in what only looks like one, nor in what is not printed', async () => {
    const directory = aRun();
    const secret = canary('callback header');
    writeFileSync(join(directory, 'half'), secret.slice(0, -1));
    writeFileSync(join(directory, 'other'), secret.slice(1));
    mkdirSync(join(directory, 'deeper'));
    expect((await findCanaries(directory)).found).toEqual([]);
  });

  it('looks through all that a child writes, to either stream', async () => {
    const directory = aRun();
    const script = `console.log(process.env.A); console.error(process.env.B)`;
    const env = { A: canary('database password'), B: canary('signing secret') };
    await startChild({ name: 'loud child', args: ['-e', script], env }).exit;
    const { found } = await findCanaries(directory);
    expect(found.map(({ name }) => name).sort()).toEqual(['database password', 'signing secret']);
    expect(found.every(({ file }) => file.startsWith('loud-child-'))).toBe(true);
    printed('another')(canary('lease metadata'));
    expect((await findCanaries(directory)).found).toHaveLength(3);
  });
});
