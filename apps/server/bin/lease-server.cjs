#!/usr/bin/env node
// CommonJS, since Node reads the files of ES modules in libuv's pool of threads, which then has its size for good: 4, two of
// which look names up. Two names that hang would hold up every cleanup, and the way to the database.
process.env['UV_THREADPOOL_SIZE'] ??= '64';
import('../dist/main.js');
