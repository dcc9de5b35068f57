import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  eventually,
  startChild,
  startMock,
  startServer,
  temporaryDirectory,
  unusedPort,
  type RunningMock,
  type RunningServer,
} from '../helpers/index.js';
import { compile, readExample } from './examples.js';

const files = temporaryDirectory();
let built: string;
let server: RunningServer;
let mock: RunningMock;

/** A file for an example to lease. */
function aFile(name: string): string {
  const path = join(files, name);
  writeFileSync(path, 'a thumbnail');
  return path;
}

beforeAll(async () => {
  [server, mock] = await Promise.all([startServer({ storage: 'memory' }), startMock()]);
  const port = String(await unusedPort());
  const sdk = (cleanupUrl: string, file: string) =>
    readExample('sdk', {
      '127.0.0.1:50051': server.grpc,
      '/tmp/thumbnail-1': join(files, file),
      'http://127.0.0.1:8080/cleanup': cleanupUrl,
    });
  built = await compile({
    sdk: sdk(`${mock.http}/cleanup`, 'recorded'),
    'sdk-and-receiver': sdk(`http://127.0.0.1:${port}/cleanup`, 'received'),
    receiver: readExample('receiver', { '8080': port, "'/tmp'": `'${files}'` }),
    embed:
      readExample('embed', { '/tmp/thumbnail-2': join(files, 'embedded') }) +
      // Lease keeps no process alive; whoever embeds it has something else to do.
      '\nsetInterval(() => undefined, 1_000);\n',
  });
});

function run(name: string) {
  return startChild({ name: `README's ${name}`, args: [join(built, `${name}.js`)] });
}

describe.concurrent('the examples of README.md compile and', () => {
  it('sdk: takes a hold and releases it, and the cleanup endpoint is called', async () => {
    const example = run('sdk');
    expect(await example.exit, example.output).toEqual({ code: 0, signal: null });
    const [call, ...others] = await eventually(async () => {
      const calls = await mock.calls();
      expect(calls).not.toEqual([]);
      return calls;
    });
    expect(others).toEqual([]);
    expect(call).toMatchObject({
      path: '/cleanup',
      body: {
        ...{ object_type: 'temporary-file', object_id: join(files, 'recorded') },
        ...{ service_id: 'thumbnailer', reason: 'RELEASED', attempt: 1 },
      },
    });
  });

  it('receiver: deletes the file of the sdk example when its hold is released', async () => {
    const file = aFile('received');
    const receiver = run('receiver');
    const example = run('sdk-and-receiver');
    expect(await example.exit, example.output).toEqual({ code: 0, signal: null });
    await eventually(() => expect(existsSync(file)).toBe(false));
    expect(receiver.running).toBe(true);
    await receiver.kill('SIGKILL');
  });

  it('embed: deletes the file when its lease was released', async () => {
    const file = aFile('embedded');
    const example = run('embed');
    await eventually(() => expect(existsSync(file)).toBe(false), { deadlineMs: 20_000 });
    expect(example.running, example.output).toBe(true);
    await example.kill('SIGKILL');
  });
});
