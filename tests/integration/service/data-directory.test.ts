import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aLease, RawClient, startServer, temporaryDirectory } from '../../helpers/index.js';

describe('a data directory', () => {
  it('is made if it is not there, and nobody else may read it', async () => {
    const dataDir = join(temporaryDirectory(), 'deep', 'er');
    await using server = await startServer({ dataDir });
    expect(existsSync(dataDir)).toBe(true);
    expect(statSync(dataDir).mode & 0o077).toBe(0);
    await server.stop();
  });

  it('has one server: a second one says so and ends with its own code, and the first goes on', async () => {
    await using first = await startServer();
    using client = new RawClient(first.grpc);
    const { lease } = await client.call('CreateLease', aLease());
    const { dataDir = '' } = first;
    await expect(startServer({ dataDir })).rejects.toThrow(
      /in use by another process: stop the other lease-server/,
    );
    expect((await client.call('GetLease', lease)).lease).toEqual(lease);
    // Not the end of the process alone, but any: the lock is the system's.
    await first.kill('SIGKILL');
    await using second = await startServer({ dataDir });
    using heir = new RawClient(second.grpc);
    expect((await heir.call('GetLease', lease)).lease).toEqual(lease);
  });
});
