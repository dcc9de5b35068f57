import { StoreUnavailableError } from '@lease/core';
import { describe, expect, it } from 'vitest';
import { GroupCommit } from '../src/group-commit.js';

/** A transaction that logs what happens to it, and fails where it is told to. */
function scripted(failCommits = 0) {
  const log: string[] = [];
  const time = { ms: 0 };
  let failures = failCommits;
  const commits: number[] = [];
  const group = new GroupCommit(
    {
      begin: () => log.push('begin'),
      commit: () => {
        if (failures > 0) {
          failures -= 1;
          throw Object.assign(new Error('disk full'), { code: 'SQLITE_FULL' });
        }
        log.push('commit');
      },
      rollback: () => log.push('rollback'),
    },
    (calls) => commits.push(calls),
    () => time.ms,
  );
  return { group, log, commits, time };
}

describe('GroupCommit', () => {
  it('shares one commit between the calls of a turn', async () => {
    const { group, log, commits } = scripted();
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => group.write(() => n)));
    expect(answers).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(log).toEqual(['begin', 'commit']);
    expect(commits).toEqual([100]);
  });

  it('bounds a group, and gives the rest the next turns', async () => {
    const { group, commits } = scripted();
    await Promise.all(Array.from({ length: 600 }, (_, n) => group.write(() => n)));
    expect(commits).toEqual([256, 256, 88]);
  });

  it('S14: commits a group that has worked for long, and gives the sweep its turn before the rest', async () => {
    const { group, log, commits, time } = scripted();
    const slow = Array.from({ length: 5 }, (_, n) =>
      group.write(() => {
        log.push(`batch ${n}`);
        time.ms += 6;
      }),
    );
    await new Promise((turn) => setImmediate(turn));
    log.push('turn');
    await Promise.all(slow);
    expect(commits).toEqual([2, 2, 1]);
    expect(log.slice(0, 6)).toEqual(['begin', 'batch 0', 'batch 1', 'commit', 'turn', 'begin']);
  });

  it('tells a caller that no transaction could begin, and goes on with the others', async () => {
    let refused = 1;
    const group = new GroupCommit(
      {
        begin: () => {
          if (refused-- > 0) throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
        },
        commit: () => undefined,
        rollback: () => undefined,
      },
      () => undefined,
      () => 0,
    );
    const results = await Promise.allSettled(['a', 'b', 'c'].map((value) => group.write(() => value)));
    expect(results).toEqual([
      { status: 'rejected', reason: expect.any(StoreUnavailableError) as unknown },
      { status: 'fulfilled', value: 'b' },
      { status: 'fulfilled', value: 'c' },
    ]);
  });

  it('S11: answers nobody before the commit', async () => {
    const { group, log } = scripted();
    const answered = group.write(() => log.push('ran')).then(() => log.push('answered'));
    await answered;
    expect(log).toEqual(['begin', 'ran', 'commit', 'answered']);
  });

  it('fails one poison call alone: the others get commits of their own', async () => {
    const { group, commits } = scripted();
    const results = await Promise.allSettled([
      group.write(() => 'a'),
      group.write(() => {
        throw new Error('poison');
      }),
      group.write(() => 'b'),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { message: 'poison' } });
    expect(commits).toEqual([1, 1]);
  });

  it('reports a failed commit as StoreUnavailableError and rolls back', async () => {
    const { group, log, commits } = scripted(1);
    await expect(group.write(() => 'a')).rejects.toThrow(StoreUnavailableError);
    expect(log).toEqual(['begin', 'rollback']);
    expect(commits).toEqual([]);
    await expect(group.write(() => 'b')).resolves.toBe('b');
  });

  it('waits on close for what is under way, and refuses what comes later', async () => {
    const { group } = scripted();
    const underWay = group.write(() => 'kept');
    const closing = group.close();
    await expect(group.write(() => 'late')).rejects.toThrow(StoreUnavailableError);
    await closing;
    await expect(underWay).resolves.toBe('kept');
  });
});
