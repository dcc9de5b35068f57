// The lockfile names packages and their checksums only, so that it installs from any registry.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const found = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')
  .split('\n')
  .map((text, index) => ({ text, line: index + 1 }))
  // A deprecation notice is the author's prose and may hold any link.
  .filter(({ text }) => !/^\s+deprecated:/.test(text))
  .filter(({ text }) => /tarball:|https?:\/\//.test(text));

for (const { text, line } of found) console.error(`pnpm-lock.yaml:${line}: ${text.trim()}`);
process.exit(found.length === 0 ? 0 : 1);
