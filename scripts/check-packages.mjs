// What would be published is right: each package is packed, and publint and attw judge the tarball.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from './pack.mjs';
import { run } from './run.mjs';

const dir = mkdtempSync(join(tmpdir(), 'lease-packages-'));
let failed = 0;
try {
  for (const { name, tarball, library } of await pack(dir)) {
    const judges = [['publint', 'run', '--strict', tarball]];
    // An executable exports nothing that types could describe; node10 knows no `exports`, and we need Node 20.
    if (library)
      judges.push([
        'attw',
        tarball,
        '--profile',
        'node16',
        '--no-emoji',
        '--exclude-entrypoints',
        'package.json',
      ]);
    for (const [tool = '', ...args] of judges) {
      const { ok, output } = await run(tool, args);
      if (ok) continue;
      failed += 1;
      console.error(`${name}: ${tool}\n${output}`);
    }
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
