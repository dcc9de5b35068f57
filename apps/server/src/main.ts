#!/usr/bin/env node
import pkg from '../package.json' with { type: 'json' };
import { runCommand } from './command.js';
import { runMigrations } from './run-migrations.js';
import { runServer } from './run-server.js';

const code = await runCommand({
  args: process.argv.slice(2),
  env: process.env,
  version: pkg.version,
  serve: runServer,
  migrate: runMigrations,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
if (code !== undefined) process.exitCode = code;
