import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { bundle } from './bundle.js';
import type { BrokenLaw, Finding, Sighting, Task } from './trial.js';

const TRIAL = fileURLToPath(new URL('trial.ts', import.meta.url));

/** A spoiled source may never come to an end. */
const PATIENCE_MS = 300_000;

export interface TrialResult {
  readonly broken: readonly BrokenLaw[];
  readonly sighting: Sighting;
  readonly lawsMs: number;
}

/** Tries the sources with some of them replaced, in a worker of their own. */
export async function trySources(spoiled: ReadonlyMap<string, string>, task: Task): Promise<TrialResult> {
  const dir = mkdtempSync(join(tmpdir(), 'lease-trial-'));
  try {
    const file = join(dir, 'trial.mjs');
    await bundle(TRIAL, spoiled, file);
    return await inWorker(file, task);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function inWorker(file: string, task: Task): Promise<TrialResult> {
  const startMs = performance.now();
  const worker = new Worker(pathToFileURL(file), { workerData: task, execArgv: [] });
  let lawsMs = 0;
  let broken: readonly BrokenLaw[] = [];
  let result: TrialResult | undefined;
  worker.on('message', (finding: Finding) => {
    const nowMs = performance.now() - startMs;
    if (finding.kind === 'laws') [broken, lawsMs] = [finding.broken, nowMs];
    else result = { broken, sighting: finding.sighting, lawsMs };
  });
  const patience = setTimeout(() => void worker.terminate(), PATIENCE_MS);
  try {
    await once(worker, 'exit');
  } finally {
    clearTimeout(patience);
  }
  if (result === undefined) throw new Error('the trial came to no end');
  return result;
}
