import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MemoryStore } from '@lease/storage-memory';
import { root } from '../../scripts/workspace.mjs';
import { bundle } from './bundle.js';
import { sharedMutants } from './mutant.js';
import { spoil } from './spoil.js';

/** The memory store of a mutant, in this process. */
export async function brokenMemoryStore(name: string): Promise<typeof MemoryStore> {
  const mutant = sharedMutants.find((each) => each.name === name);
  if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
  const dir = mkdtempSync(join(tmpdir(), 'lease-broken-'));
  try {
    const file = join(dir, 'store.mjs');
    await bundle(join(root, 'packages/storage-memory/src/index.ts'), spoil(mutant.patch), file);
    const module = (await import(/* @vite-ignore */ file)) as { readonly MemoryStore: typeof MemoryStore };
    return module.MemoryStore;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
