import type { Command } from 'commander';
import { addForget } from './forget.js';
import { addList } from './list.js';
import { addPause } from './pause.js';
import { addResume } from './resume.js';
import { addRetry } from './retry.js';
import type { Shell } from './shell.js';
import { addShow } from './show.js';
import { addState } from './state.js';

const NOTES = `
What is found goes to stdout: a table, or JSON with --json. What went wrong goes to stderr.

Exit codes: 0 done, 1 something was refused (each id is named), 69 no server answers there, 70 a fault of ours,
            78 the command line is wrong`;

/** `lease-server cleanups ...`: for operators, against a server that runs. */
export function addCleanups(program: Command, shell: Shell): void {
  const cleanups = program
    .command('cleanups')
    .description('see and steer collection: list, show, retry, forget, pause, resume, state')
    .addHelpText('after', NOTES);
  addList(cleanups, shell);
  addShow(cleanups, shell);
  addRetry(cleanups, shell);
  addForget(cleanups, shell);
  addPause(cleanups, shell);
  addResume(cleanups, shell);
  addState(cleanups, shell);
}
