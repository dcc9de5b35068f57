import { LeaseService } from '@lease/core';
import { egressGuard } from '@lease/core/http';
import { MemoryStore } from '@lease/storage-memory';
import { expect, test } from 'vitest';
import { GRPC } from '../../core/test/http/egress-grpc.js';
import { answersOf } from '../../core/test/http/egress-names.js';
import { MODES } from '../../core/test/http/egress-table.js';
import { interceptConnections } from '../../core/test/http/intercept.js';
import { GrpcExecutor } from '../src/index.js';
import { grpcClaim } from './claims.js';

const never = new AbortController().signal;

// Each has a port of its own: gRPC may try once more to connect for a row, up to a second after its channel was closed.
const ROWS = GRPC.map(
  ([mode, address, verdict], i) => [mode, address.replace(/:443$/, `:${20_000 + i}`), verdict] as const,
);

test.each(ROWS)('%s: %j is %s, when a lease is created and when its cleanup is attempted', async (...row) => {
  const [mode, address, verdict] = row;
  const asked: string[] = [];
  const guard = egressGuard({
    ...MODES[mode],
    resolveName: (name) => {
      asked.push(name);
      return Promise.resolve(answersOf(name));
    },
  });
  const connections = interceptConnections();

  const service = new LeaseService({ store: new MemoryStore(), admitTarget: guard.admitTarget });
  const target = { kind: 'grpc', address, tls: false } as const;
  const object = { type: 'blob', id: 'b' };
  const created = await service.create({ object, serviceId: 's', cleanup: { target } });
  const executor = new GrpcExecutor({ guard });
  const attempt = await executor.execute(grpcClaim(address), never);
  await executor.close();

  if (verdict === 'allowed') {
    expect(created).toMatchObject({ ok: true });
    expect(attempt).toMatchObject({ kind: 'retry', contact: 'unreached' });
    const here = connections.filter(({ port }) => address.endsWith(`:${port}`));
    const tried = new Set(here.flatMap(({ addresses }) => addresses));
    expect(tried.size).toBeGreaterThan(0);
    const [name] = asked;
    if (name !== undefined) expect([...tried].sort()).toEqual([...answersOf(name)].sort());
  } else {
    expect(created).toMatchObject({
      ok: false,
      refusal: { violations: [{ field: 'cleanup.grpc.address' }] },
    });
    expect(attempt).toMatchObject({ kind: 'fail', abandonReason: 'TARGET_FORBIDDEN' });
    expect(attempt.detail).toMatch(verdict);
    expect(connections.filter(({ port }) => address.endsWith(`:${port}`))).toEqual([]);
    // The service itself refuses more spellings than the guard does.
    const refusal = created.ok ? undefined : created.refusal;
    if (refusal?.reason !== 'INVALID_REQUEST') expect(refusal?.message).toMatch(verdict);
  }
});
