#!/usr/bin/env node
// CommonJS, since Node reads the files of ES modules in libuv's pool of threads, which then has its size for good: 4, two of
// which look names up. Two names that hang would hold up every cleanup, and the way to the database. Where something was
// preloaded, the pool may have its size by now: to say 64 would only mislead those who count on it.
const preloads = `${process.execArgv.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`;
if (!/--(import|loader|experimental-loader)\b/.test(preloads)) process.env['UV_THREADPOOL_SIZE'] ||= '64';
else if (!process.env['UV_THREADPOOL_SIZE'])
  process.stderr.write(
    'lease-server: with --import or --loader, set UV_THREADPOOL_SIZE=64 in the environment\n',
  );
import('../dist/main.js');
