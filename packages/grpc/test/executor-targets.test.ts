import { describe, expect, it } from 'vitest';
import { GrpcExecutor } from '../src/index.js';
import { claimOf, grpcClaim } from './claims.js';
import { type Behaviour, handlerServer } from './handler-server.js';

const never = new AbortController().signal;
const done: Behaviour = (_, answer) => {
  answer(null, {});
};

describe('what is not called', () => {
  it('a forbidden target, judged at every attempt', async () => {
    await using server = await handlerServer(done);
    const verdicts = [undefined, 'is not allowed any more'];
    const one = new GrpcExecutor({ admitTarget: () => verdicts.shift() });
    expect(await one.execute(grpcClaim(server.address), never)).toMatchObject({ kind: 'done' });
    expect(await one.execute(grpcClaim(server.address), never)).toEqual({
      kind: 'fail',
      abandonReason: 'TARGET_FORBIDDEN',
      detail: 'the target is not allowed any more',
    });
    expect(server.calls).toHaveLength(1);
    await one.close();
  });

  it('any target, by default', async () => {
    await using server = await handlerServer(done);
    const one = new GrpcExecutor();
    expect(await one.execute(grpcClaim(server.address), never)).toMatchObject({
      kind: 'fail',
      abandonReason: 'TARGET_FORBIDDEN',
    });
    await one.close();
  });

  it('a target of another kind is left to others', async () => {
    const one = new GrpcExecutor({ admitTarget: () => undefined });
    expect(await one.execute(claimOf({ kind: 'handler' }), never)).toMatchObject({ kind: 'unstarted' });
    await one.close();
  });
});
