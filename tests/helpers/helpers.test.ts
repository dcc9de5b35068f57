import { expect, describe, it } from 'vitest';
import {
  anObject,
  eventually,
  expectAttempts,
  expectCollectedOnce,
  expectNotCollected,
  startMock,
  temporaryDirectory,
  throughout,
  unusedPort,
  type WireObject,
} from './index.js';
import { Child } from './child.js';

function node(script: string): Child {
  return new Child({ name: 'script', args: ['-e', script] });
}

describe('a child', () => {
  it('is ready when it says so in JSON, other lines notwithstanding', async () => {
    const child = node(
      `console.log('hello'); console.log('{"msg":"ready","http":"x"}'); setInterval(() => {}, 1000)`,
    );
    expect(await child.ready()).toEqual({ msg: 'ready', http: 'x' });
    expect(child.running).toBe(true);
    expect(await child.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    expect(child.running).toBe(false);
    expect(await child.kill('SIGTERM')).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('that ends or dawdles before it is ready is shown with what it said', async () => {
    await expect(node(`console.error('my last words'); process.exit(3)`).ready()).rejects.toThrow(
      /script: ended with 3 before it was ready\nmy last words/,
    );
    const slow = node(`setInterval(() => {}, 1000)`);
    await expect(slow.ready(200)).rejects.toThrow('not ready after 200 ms');
    await slow.kill('SIGKILL');
  });

  it('hears what is said to it, and its lines are heard', async () => {
    const child = node(
      `process.stdin.on('data', (text) => { console.log('heard ' + text); process.exit(0) })`,
    );
    const lines: string[] = [];
    child.onLine((line) => lines.push(line));
    child.say('this');
    expect(await child.exit).toEqual({ code: 0, signal: null });
    expect(lines).toContain('heard this');
  });
});

describe('patience', () => {
  it('waits until a check holds, and hands on what it returned', async () => {
    let looks = 0;
    const look = () => {
      looks += 1;
      expect(looks).toBe(3);
      return 'seen';
    };
    expect(await eventually(look, { everyMs: 1 })).toBe('seen');
  });

  it('ends at the deadline with what was wrong last', async () => {
    const never = () => {
      throw new Error('not yet');
    };
    await expect(eventually(never, { deadlineMs: 50, everyMs: 5 })).rejects.toThrow(
      /not yet\n\(still so after 50 ms\)/,
    );
  });

  it('sees what stops holding', async () => {
    let looks = 0;
    const look = () => {
      looks += 1;
      if (looks === 3) throw new Error('gone');
    };
    await expect(throughout(1_000, look, 1)).rejects.toThrow('gone');
    await throughout(10, () => undefined, 1);
  });
});

describe('the assertions', () => {
  async function mockWith(
    ...fields: [object: WireObject, cleanup: string, attempt: number, fence: number][]
  ) {
    const mock = await startMock();
    for (const [object, cleanup_id, attempt, fence] of fields) {
      const body = {
        object_type: object.type,
        object_id: object.id,
        cleanup_id,
        attempt,
        fence,
        generation: 1,
      };
      await fetch(mock.http, { method: 'POST', body: JSON.stringify(body) });
    }
    return mock;
  }
  const quick = { deadlineMs: 200, settleMs: 50 };

  it('see one collection, none, and one too many', async () => {
    const [once, never, twice] = [anObject(), anObject(), anObject()];
    await using mock = await mockWith([once, 'a', 1, 1], [twice, 'b', 1, 2], [twice, 'b', 2, 3]);
    expect((await expectCollectedOnce(mock, once, quick)).body.cleanup_id).toBe('a');
    await expect(expectCollectedOnce(mock, never, quick)).rejects.toThrow('was not collected');
    await expect(expectCollectedOnce(mock, twice, quick)).rejects.toThrow('calls beyond the first');
    await expectNotCollected(mock, never, 50);
    await expect(expectNotCollected(mock, once, 50)).rejects.toThrow();
  });

  it('see attempts that do not belong together', async () => {
    const [good, other, stuck, fences] = [anObject(), anObject(), anObject(), anObject()];
    await using mock = await mockWith(
      [good, 'a', 1, 5],
      [other, 'a', 1, 5],
      [stuck, 'a', 1, 5],
      [fences, 'a', 1, 5],
      [good, 'a', 2, 6],
      [other, 'b', 2, 6],
      [stuck, 'a', 1, 6],
      [fences, 'a', 2, 5],
    );
    expect(await expectAttempts(mock, good, 2)).toHaveLength(2);
    for (const object of [other, stuck, fences])
      await expect(expectAttempts(mock, object, 2)).rejects.toThrow();
    await expect(expectAttempts(mock, good, 3, { deadlineMs: 100 })).rejects.toThrow();
  });
});

describe('the mock', () => {
  it('takes a script while it runs, and refuses a bad one', async () => {
    await using mock = await startMock({ script: '501', root: temporaryDirectory() });
    await mock.script('object blob/x: 502');
    await expect(mock.script('nonsense')).rejects.toThrow('no answer');
    const body = JSON.stringify({ object_type: 'blob', object_id: 'x', cleanup_id: 'c' });
    expect((await fetch(mock.http, { method: 'POST', body })).status).toBe(502);
    expect(await mock.calls()).toHaveLength(1);
    await mock.clear();
    expect(await mock.calls()).toEqual([]);
  });
});

it('nobody listens on an unused port', async () => {
  await expect(fetch(`http://127.0.0.1:${await unusedPort()}`)).rejects.toMatchObject({
    cause: { code: 'ECONNREFUSED' },
  });
});
