import pkg from '../package.json' with { type: 'json' };
import { runCommand } from './command.js';
import { runMigrations } from './run-migrations.js';
import { runServer } from './run-server.js';

// Whoever reads stdout may have seen enough (`cleanups list | head`): a server, too, goes on without him.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const code = await runCommand({
  args: process.argv.slice(2),
  env: process.env,
  version: pkg.version,
  serve: runServer,
  migrate: runMigrations,
  terminal: { columns: process.stdout.columns, progress: process.stderr.isTTY },
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
if (code !== undefined) process.exitCode = code;
