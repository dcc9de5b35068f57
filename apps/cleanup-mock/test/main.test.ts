import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

/** The built executable: what the package's users start. */
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

function start(...flags: string[]) {
  const child = spawn(process.execPath, [main, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** Runs it to its end, which is what bad flags bring about. */
function refusal(...flags: string[]) {
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [main, ...flags], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

describe('cleanup-mock', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'says where it listens, and ends with 0 on %s in the middle of a call',
    async (signal) => {
      const child = start('--script', 'hang');
      const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
      const ready = JSON.parse(line) as { msg: string; http: string; grpc: string };
      expect(ready).toEqual({
        msg: 'ready',
        http: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as unknown,
        grpc: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as unknown,
      });

      const body = JSON.stringify({ cleanup_id: 'c', object_type: 'blob', object_id: 'x' });
      const hung = fetch(`http://${ready.http}/`, { method: 'POST', body });
      const arrived = async () =>
        ((await (await fetch(`http://${ready.http}/calls`)).json()) as { received: number }).received;
      await expect.poll(arrived, { timeout: 5_000 }).toBe(1);

      const exited = once(child, 'exit');
      child.kill(signal);
      await expect(hung).rejects.toThrow();
      expect(await exited).toEqual([0, null]);
    },
  );

  it('names everything that is wrong at once, and exits with 78', async () => {
    const { code, stdout, stderr } = await refusal(
      ...['--root', '/no/such/dir', '--http-listen', '0.0.0.0:0', '--script', 'ok', '--script', '501 please'],
    );
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr.trim().split('\n')).toEqual([
      'error: --root /no/such/dir is no directory',
      'error: --root deletes files for whoever calls: listen on a loopback address',
      'error: --script line 2: unexpected "please"',
    ]);
  });

  it.each([
    ['--grpc-listen', '127.0.0.1'],
    ['--http-listen', '127.0.0.1:70000'],
    ['--http-listen', '[127.0.0.1]:1'],
    ['--nonsense', ''],
  ])('refuses %s %s with 78', async (flag, value) => {
    const { code, stderr } = await refusal(flag, value);
    expect(code).toBe(78);
    expect(stderr).toContain(flag);
  });

  it('says which address it cannot have', async () => {
    const child = start();
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { grpc } = JSON.parse(line) as { grpc: string };
    const { code, stderr } = await refusal('--grpc-listen', grpc);
    expect(code).toBe(78);
    expect(stderr).toContain(`EADDRINUSE: address already in use ${grpc}`);
  });

  it('explains the script in its help', async () => {
    const { code, stdout } = await refusal('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('"500x2, ok" fails twice, then succeeds');
  });
});
