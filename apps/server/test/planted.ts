import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const dir = mkdtempSync(join(tmpdir(), 'lease-planted-'));
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** Writes a file that is gone after the tests of this file, and returns its path. Only its owner may read it. */
export function plant(name: string, contents: string | Uint8Array, mode = 0o600): string {
  const path = join(dir, name);
  writeFileSync(path, contents, { mode });
  return path;
}
