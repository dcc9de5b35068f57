// A file is one noun or one verb: no source file is longer than 250 lines. Generated code is exempt.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, workspace } from './workspace.mjs';

const limit = 250;
const generated = /[\\/]src[\\/]gen(erated)?[\\/]/;

const long = workspace()
  .map(({ dir }) => join(dir, 'src'))
  .filter((src) => existsSync(src))
  .flatMap((src) => readdirSync(src, { recursive: true, encoding: 'utf8' }).map((file) => join(src, file)))
  .filter((file) => /\.(ts|sql)$/.test(file) && !generated.test(file))
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  .filter(({ lines }) => lines > limit);

for (const { file, lines } of long) {
  console.error(`${relative(root, file)}: ${lines} lines, the limit is ${limit}`);
}
process.exit(long.length === 0 ? 0 : 1);
