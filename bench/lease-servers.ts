import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('dist/main.js', import.meta.resolve('@lease/server/package.json')));

/** A server of its own, with the memory store. */
export async function startMemoryServer(): Promise<AsyncDisposable & { readonly address: string }> {
  const listen = ['--grpc-listen', '127.0.0.1:0', '--http-listen', '127.0.0.1:0'];
  const child = spawn(process.execPath, [main, 'serve', '--storage', 'memory', ...listen], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    const message = JSON.parse(line) as { msg: string; grpc: string };
    if (message.msg !== 'ready') continue;
    return {
      address: message.grpc,
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL');
        await ended;
      },
    };
  }
  throw new Error('the server ended before it was ready');
}
