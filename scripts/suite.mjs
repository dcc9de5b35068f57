// Runs one named long suite: `npm run gate -- NAME` is gate/NAME.ts, `npm run bench -- NAME` is bench/NAME.ts.
// A gate's last line on stdout is its verdict as JSON, `{"passed": true, "seed": 7, ...}`, which is kept, passed or not, with
// the commit it judged, in gate/NAME.json: an old verdict beside a new failure would be a lie.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolEnvironment } from './run.mjs';
import { root } from './workspace.mjs';

const [kind = '', name, ...args] = process.argv.slice(2);
const dir = join(root, kind);
const known = (existsSync(dir) ? readdirSync(dir) : [])
  .filter((file) => file.endsWith('.ts'))
  // A program exports nothing; what its neighbours share does.
  .filter((file) => !/^export /m.test(readFileSync(join(dir, file), 'utf8')))
  .map((file) => file.slice(0, -3));
if (name === undefined || !known.includes(name)) {
  console.error(`Usage: npm run ${kind} -- NAME. There is: ${known.join(', ') || 'none yet'}`);
  process.exit(2);
}

const child = spawn('tsx', [join(dir, `${name}.ts`), ...args], {
  cwd: root,
  env: toolEnvironment(),
  stdio: ['ignore', 'pipe', 'inherit'],
});
let output = '';
child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
  output += text;
  process.stdout.write(text);
});
child.once('close', (code) => {
  if (kind === 'gate') record(name, output, code);
  process.exit(code === 0 ? 0 : 1);
});

/**
 * @param {string} gate
 * @param {string} text
 * @param {number | null} code
 */
function record(gate, text, code) {
  const said = verdictIn(text.trimEnd().split('\n').at(-1) ?? '');
  const passed = code === 0 && said.passed === true;
  writeFileSync(
    join(dir, `${gate}.json`),
    `${JSON.stringify({ gate, commit: commit(), node: process.version, ...said, passed }, null, 2)}\n`,
  );
}

/** What was judged. Verdicts of other gates are no change of it. */
function commit() {
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const isDirty = git('status', '--porcelain', '--', '.', ':(exclude)gate/*.json') !== '';
  return `${git('rev-parse', 'HEAD')}${isDirty ? '-dirty' : ''}`;
}

/**
 * @param {string} line
 * @returns {{ passed?: unknown, violations?: unknown }}
 */
function verdictIn(line) {
  try {
    const said = JSON.parse(line);
    if (typeof said === 'object' && said !== null) return said;
  } catch {
    // It died on its way, and says why on stderr.
  }
  return { violations: ['it ended without a verdict'] };
}
