// Writes docs/configuration.md from the settings. With --check it writes nothing, and fails if the file is not what it
// would write.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { reference } from './reference.js';

const path = fileURLToPath(new URL('../../../docs/configuration.md', import.meta.url));
if (!process.argv.includes('--check')) writeFileSync(path, reference());
else if (readFileSync(path, 'utf8') !== reference()) {
  console.error('not as generated: docs/configuration.md\nrun `npm run generate`');
  process.exitCode = 1;
}
