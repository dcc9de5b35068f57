// Writes what is made of the rules and the metrics: deploy/prometheus/lease-rules.yml and docs/metrics.md. With --check it
// writes nothing, and fails if one of them is not what it would write.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import prettier from 'prettier';
import { root } from '../../../scripts/workspace.mjs';
import { rulesFile } from '../src/index.js';
import { metricsPage } from './metrics-page.js';

const files = {
  'deploy/prometheus/lease-rules.yml': rulesFile(),
  'docs/metrics.md': await metricsPage(),
};

for (const [name, source] of Object.entries(files)) {
  const file = join(root, name);
  const text = await prettier.format(source, { ...(await prettier.resolveConfig(file)), filepath: file });
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (read(file) !== text) {
    console.error(`${name} is not what its sources say: run "npm run generate"`);
    process.exitCode = 1;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Not there: not what it should be.
    return '';
  }
}
