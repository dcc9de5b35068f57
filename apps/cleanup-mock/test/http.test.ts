import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callback, runningMock } from './running-mock.js';

describe('a callback over HTTP', () => {
  it('succeeds and is recorded with all of its fields and headers', async () => {
    const mock = await runningMock();
    const before = Date.now();
    const headers = { 'lease-cleanup-id': callback.cleanup_id, authorization: 'Bearer secret' };
    const response = await mock.post({ extra: [1] }, '/cleanup?x=1', { headers });
    expect(response.status).toBe(200);

    const { calls, received, dropped } = await mock.calls();
    expect({ received, dropped }).toEqual({ received: 1, dropped: 0 });
    expect(calls).toEqual([
      {
        sequence: 1,
        time: expect.any(String) as unknown,
        protocol: 'http',
        path: '/cleanup?x=1',
        headers: expect.objectContaining(headers) as unknown,
        body: { ...callback, extra: [1] },
        answer: '200',
      },
    ]);
    expect(Date.parse(calls[0]?.time ?? '')).toBeGreaterThanOrEqual(before);
  });

  it.each(['', 'no json', '[]', 'null', '{"cleanup_id":"c","object_type":"blob"}'])(
    'that is none (%j) is refused for good and recorded',
    async (body) => {
      const mock = await runningMock();
      expect((await mock.post({}, '/', { body })).status).toBe(400);
      const { calls } = await mock.calls();
      expect(calls).toEqual([
        expect.objectContaining({ answer: '400', problem: expect.stringContaining('the body') as unknown }),
      ]);
      expect(calls[0]).not.toHaveProperty('body');
    },
  );

  it('of more than a mebibyte is not read', async () => {
    const mock = await runningMock();
    const answer = await mock.post({ payload: 'x'.repeat(1_100_000) }).catch(() => undefined);
    // The mock stops reading; whether the caller still gets to see why is up to the network.
    if (answer) expect(answer.status).toBe(413);
    expect((await mock.calls()).calls).toEqual([]);
  });

  it('that breaks off does no harm', async () => {
    const mock = await runningMock();
    const { hostname, port } = new URL(mock.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"cl');
    socket.resetAndDestroy();
    expect((await mock.post()).status).toBe(200);
  });
});

describe('a script over HTTP', () => {
  it('fails twice, then succeeds, for each cleanup', async () => {
    const mock = await runningMock({ script: '500x2, ok' });
    const statuses = async (cleanup_id: string) => {
      const seen: number[] = [];
      for (let call = 0; call < 4; call += 1) seen.push((await mock.post({ cleanup_id })).status);
      return seen;
    };
    expect(await Promise.all([statuses('c1'), statuses('c2')])).toEqual([
      [500, 500, 200, 200],
      [500, 500, 200, 200],
    ]);
  });

  it.each([
    ['503 retry-after 7s', 503, { 'retry-after': '7' }],
    ['302 location http://127.0.0.1:1/trap', 302, { location: 'http://127.0.0.1:1/trap' }],
    ['lease-gone', 404, { 'lease-gone': '1' }],
    ['PERMISSION_DENIED', 403, {}],
    ['204', 204, {}],
  ])('%s', async (script, status, headers) => {
    const mock = await runningMock({ script });
    const response = await mock.post();
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(headers);
  });

  it('goes by path, and can be replaced while the mock runs', async () => {
    const mock = await runningMock({ script: 'path /a: 501' });
    expect((await mock.post({}, '/a')).status).toBe(501);
    expect((await mock.post({}, '/b')).status).toBe(200);
    expect((await fetch(`${mock.url}/script`, { method: 'PUT', body: 'path /b: 502' })).status).toBe(204);
    expect((await mock.post({}, '/a')).status).toBe(200);
    expect((await mock.post({}, '/b')).status).toBe(502);
  });

  it('that cannot be read changes nothing and says why', async () => {
    const mock = await runningMock({ script: '501' });
    const response = await fetch(`${mock.url}/script`, { method: 'PUT', body: 'ok\nnonsense' });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: expect.stringContaining('line 2: "nonsense"') as unknown,
    });
    expect((await mock.post()).status).toBe(501);
  });

  it('delays the answer', async () => {
    const mock = await runningMock({ script: 'delay 300ms ok' });
    const started = performance.now();
    await mock.post();
    // Timers may fire up to a millisecond early.
    expect(performance.now() - started).toBeGreaterThanOrEqual(299);
  });

  it('resets the connection', async () => {
    const mock = await runningMock({ script: 'reset' });
    await expect(mock.post()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect((await mock.calls()).calls).toMatchObject([{ answer: 'reset' }]);
  });

  it('hangs until the caller gives up, and lets the mock stop', async () => {
    const mock = await runningMock({ script: 'hang' });
    const hung = mock.post();
    const impatient = mock.post({}, '/', { signal: AbortSignal.timeout(200) });
    await expect(impatient).rejects.toMatchObject({ name: 'TimeoutError' });
    expect((await mock.calls()).calls).toMatchObject([{ answer: 'hang' }, { answer: 'hang' }]);
    await Promise.all([mock.stop(), expect(hung).rejects.toThrow()]);
  });

  it('drips a body that never ends', async () => {
    const mock = await runningMock({ script: 'drip' });
    const response = await mock.post({}, '/', { signal: AbortSignal.timeout(1_500) });
    expect(response.status).toBe(200);
    let dripped = 0;
    const drink = async () => {
      for await (const chunk of response.body ?? []) dripped += (chunk as Uint8Array).length;
    };
    await expect(drink()).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(dripped).toBeGreaterThanOrEqual(1);
    expect(dripped).toBeLessThanOrEqual(3);
  });
});

describe('with a root', () => {
  function rootWith(...files: string[]): string {
    const root = mkdtempSync(join(tmpdir(), 'cleanup-mock-'));
    onTestFinished(() => {
      rmSync(root, { recursive: true });
    });
    for (const file of files) writeFileSync(join(root, file), 'x');
    return root;
  }

  it('deletes the file, and answers 410 the next time', async () => {
    const root = rootWith('a.txt');
    const mock = await runningMock({ root });
    expect((await mock.post()).status).toBe(200);
    expect(existsSync(join(root, 'a.txt'))).toBe(false);
    expect((await mock.post()).status).toBe(410);
    expect((await mock.calls()).calls).toMatchObject([
      { answer: '200', detail: 'deleted' },
      { answer: '410', detail: 'no such file' },
    ]);
  });

  it('refuses for good what is not beneath it', async () => {
    const mock = await runningMock({ root: rootWith() });
    const response = await mock.post({ object_id: '../x' });
    expect([response.status, await response.text()]).toEqual([403, 'refused: the path holds ..']);
    expect((await mock.calls()).calls).toMatchObject([
      { answer: '403', detail: 'refused: the path holds ..' },
    ]);
  });

  it('deletes nothing before the script says that it is done', async () => {
    const root = rootWith('a.txt');
    const mock = await runningMock({ root, script: '500, gone, 204' });
    const seen: [number, boolean][] = [];
    for (let call = 0; call < 3; call += 1) {
      seen.push([(await mock.post()).status, existsSync(join(root, 'a.txt'))]);
    }
    expect(seen).toEqual([
      [500, true],
      [410, true],
      [204, false],
    ]);
  });

  it('leaves objects of other types alone', async () => {
    const root = rootWith('a.txt');
    const mock = await runningMock({ root });
    expect((await mock.post({ object_type: 'blob' })).status).toBe(200);
    expect(existsSync(join(root, 'a.txt'))).toBe(true);
  });

  it('asks for another attempt when the root has gone', async () => {
    const root = rootWith();
    const mock = await runningMock({ root: join(root, 'none') });
    expect((await mock.post()).status).toBe(500);
  });
});

describe('the calls', () => {
  it('are filtered, paged and forgotten', async () => {
    const mock = await runningMock();
    for (const object_id of ['a', 'b', 'a']) await mock.post({ object_id, cleanup_id: `c-${object_id}` });
    const sequences = async (query: string) =>
      (await mock.calls(query)).calls.map(({ sequence }) => sequence);
    expect(await sequences('?object_type=temporary-file&object_id=a')).toEqual([1, 3]);
    expect(await sequences('?cleanup_id=c-b')).toEqual([2]);
    expect(await sequences('?after=1&limit=1')).toEqual([2]);

    expect((await fetch(`${mock.url}/calls`, { method: 'DELETE' })).status).toBe(204);
    expect(await mock.calls()).toEqual({ received: 0, dropped: 0, calls: [] });
  });

  it.each([
    ['GET', '/calls?objectid=a', 400],
    ['GET', '/calls?limit=-1', 400],
    ['GET', '/elsewhere', 404],
    ['PATCH', '/calls', 404],
  ])('%s %s answers %i', async (method, path, status) => {
    const mock = await runningMock();
    const response = await fetch(mock.url + path, { method });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: expect.any(String) as unknown });
  });
});
