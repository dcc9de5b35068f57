import { egressGuard } from '@lease/core/http';
import { describe, expect, it } from 'vitest';
import { GrpcExecutor } from '../src/index.js';
import { claimOf, grpcClaim, local } from './claims.js';
import { type Behaviour, handlerServer } from './handler-server.js';

const never = new AbortController().signal;
const done: Behaviour = (_, answer) => {
  answer(null, {});
};

describe('what is not called', () => {
  it('a forbidden target, judged at every attempt', async () => {
    await using server = await handlerServer(done);
    let guard = local;
    const one = new GrpcExecutor({ guard: { ...local, route: (...args) => guard.route(...args) } });
    expect(await one.execute(grpcClaim(server.address), never)).toMatchObject({ kind: 'done' });
    guard = egressGuard({ allowLoopback: false });
    expect(await one.execute(grpcClaim(server.address), never)).toEqual({
      kind: 'fail',
      abandonReason: 'TARGET_FORBIDDEN',
      detail: 'the target is on loopback, which may be called only while every listener is on loopback',
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
    const one = new GrpcExecutor({ guard: local });
    expect(await one.execute(claimOf({ kind: 'handler' }), never)).toMatchObject({ kind: 'unstarted' });
    await one.close();
  });
});
