import { describe, expect, it } from 'vitest';
import { CallLog } from '../src/call-log.js';

function arrival(id: string, path = '/') {
  const body = { cleanup_id: `cleanup-${id}`, object_type: 'blob', object_id: id };
  return { protocol: 'http', path, headers: {}, body } as const;
}

const sequences = (calls: readonly { sequence: number }[]) => calls.map(({ sequence }) => sequence);

describe('the log', () => {
  it('keeps calls in the order of their arrival', () => {
    const log = new CallLog();
    for (const id of ['a', 'b', 'c']) log.record(arrival(id));
    expect(log.find().map(({ body }) => body?.object_id)).toEqual(['a', 'b', 'c']);
    expect(sequences(log.find())).toEqual([1, 2, 3]);
  });

  it('shows what was noted after the call was recorded', () => {
    const log = new CallLog();
    log.record(arrival('a')).answer = '200';
    expect(log.find()[0]).toMatchObject({ answer: '200' });
  });

  it.each([
    [{ objectId: 'b' }, [2, 4]],
    [{ objectType: 'blob', objectId: 'b', path: '/x' }, [4]],
    [{ cleanupId: 'cleanup-c' }, [3]],
    [{ objectType: 'cache-entry' }, []],
    [{ after: 2 }, [3, 4]],
    [{ after: 1, limit: 2 }, [2, 3]],
    [{ limit: 0 }, []],
  ])('finds %j', (filter, expected) => {
    const log = new CallLog();
    for (const id of ['a', 'b', 'c']) log.record(arrival(id));
    log.record(arrival('b', '/x'));
    expect(sequences(log.find(filter))).toEqual(expected);
  });

  it('drops the oldest call beyond its capacity, and counts it', () => {
    const log = new CallLog(3);
    for (const id of ['a', 'b', 'c', 'd', 'e']) log.record(arrival(id));
    expect(sequences(log.find())).toEqual([3, 4, 5]);
    expect(log).toMatchObject({ received: 5, dropped: 2 });
  });

  it('is empty after a clear, and counts on', () => {
    const log = new CallLog(2);
    for (const id of ['a', 'b', 'c']) log.record(arrival(id));
    log.clear();
    expect(log.find()).toEqual([]);
    expect(log).toMatchObject({ received: 0, dropped: 0 });
    log.record(arrival('d'));
    expect(sequences(log.find())).toEqual([4]);
    expect(log).toMatchObject({ received: 1, dropped: 0 });
  });
});
