// No change may break the wire contract of an earlier commit. The contract is frozen from the commit on that
// added proto/FROZEN: every committed version since then is compared with the one in the working tree.
import { execFileSync } from 'node:child_process';
import { run } from './run.mjs';
import { root } from './workspace.mjs';

/** @param {readonly string[]} args */
function git(...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** @param {readonly string[]} args */
function gitSucceeds(...args) {
  try {
    git(...args);
    return true;
  } catch {
    return false;
  }
}

const tips = ['HEAD', 'main', 'origin/main'].filter((ref) =>
  gitSucceeds('rev-parse', '--verify', `${ref}^{commit}`),
);
const commits =
  tips.length > 0
    ? git('log', '--format=%H', ...tips, '--', 'proto')
        .split('\n')
        .filter(Boolean)
    : [];
const frozen = commits.filter((commit) => gitSucceeds('cat-file', '-e', `${commit}:proto/FROZEN`));

/**
 * @param {string | undefined} commit undefined: the working tree
 * @param {string} earlier
 * @returns {Promise<string | undefined>} what breaks, undefined if nothing does
 */
async function breaks(commit, earlier) {
  const input = commit === undefined ? '.' : `.git#ref=${commit}`;
  const { ok, output } = await run('buf', ['breaking', input, '--against', `.git#ref=${earlier}`]);
  return ok ? undefined : output;
}

let broken = 0;
for (const [index, commit] of frozen.entries()) {
  const found = await breaks(undefined, commit);
  if (found === undefined) continue;
  // A commit that itself broke an earlier one never passed this gate, so nobody relies on it.
  const before = await Promise.all(frozen.slice(index + 1).map((earlier) => breaks(commit, earlier)));
  if (before.some((one) => one !== undefined)) continue;
  broken += 1;
  console.error(`breaks the contract of ${commit.slice(0, 12)}:\n${found}`);
}
process.exit(broken === 0 ? 0 : 1);
