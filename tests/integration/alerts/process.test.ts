import { execFileSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { aLease, eventually, figures, RawClient, startServer, throughout } from '../../helpers/index.js';
import { figure, firing, logged, untilClear, untilFiring } from './alerts.js';

const PATIENCE = { timeout: 90_000 };

describe.concurrent('alerts about a server', () => {
  it(
    'it was stopped for a while: its event loop lagged, and leases are given the time back',
    PATIENCE,
    async () => {
      await using server = await startServer({ storage: 'memory' });
      const pid = server.child.pid ?? NaN;
      // A store that was never swept has no gap.
      await eventually(async () =>
        expect(await figure(server, 'lease_sweep_duration_seconds_count')).toBeGreaterThan(0),
      );
      process.kill(pid, 'SIGSTOP');
      // The fault is the time.
      await throughout(3_000, () => {
        expect(server.child.running).toBe(true);
      });
      process.kill(pid, 'SIGCONT');
      const { value = 0 } = await untilFiring(server, 'LeaseEventLoopLag');
      expect(value).toBeGreaterThan(2);
      // A gap of sweeps pauses expiry for as long as it took (S14).
      await untilFiring(server, 'LeasePauseActive');
      await untilClear(server, 'LeasePauseActive');
      await untilClear(server, 'LeaseEventLoopLag', 45_000);
      expect(logged(server, 'LeaseEventLoopLag')).toEqual(['firing', 'resolved']);
    },
  );

  it('its files are nearly used up, and are closed again', PATIENCE, async () => {
    await using server = await startServer({ storage: 'memory' });
    const open = await figure(server, 'process_open_fds');
    const limit = Math.ceil(open) + 40;
    execFileSync('prlimit', ['--pid', String(server.child.pid), `--nofile=${limit}:${limit}`]);
    const [host = '', port = ''] = server.grpc.split(':');
    const sockets = Array.from({ length: 36 }, (): Socket => connect(Number(port), host));
    try {
      const { value = 0 } = await untilFiring(server, 'LeaseFilesNearlyUsed');
      expect(value).toBeGreaterThan(0.9);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    await untilClear(server, 'LeaseFilesNearlyUsed');
  });

  it('its memory is nearly used, and given back', PATIENCE, async () => {
    const flags = ['--max-leases-per-service', '1000000'];
    await using server = await startServer({
      storage: 'memory',
      flags,
      env: { NODE_OPTIONS: '--max-old-space-size=64 --max-semi-space-size=1' },
    });
    using client = new RawClient(server.grpc);
    const metadata = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`key-${i}`, 'x'.repeat(200)]));
    await eventually(
      async () => {
        const told = await figures(server);
        const used = told.get('nodejs_heap_size_used_bytes') ?? NaN;
        const limit = told.get('nodejs_heap_size_limit_bytes') ?? NaN;
        if (used / limit > 0.91) return;
        const requests = Array.from({ length: 100 }, () => aLease({ metadata }));
        await client.call('BatchCreateLeases', { requests });
        throw new Error(`${used} of ${limit} bytes are used`);
      },
      { deadlineMs: 60_000, everyMs: 1 },
    );
    await untilFiring(server, 'LeaseMemoryNearlyUsed');
    // Nothing but a restart gives back what is kept in memory.
    await server.restart();
    expect(await firing(server)).not.toContain('LeaseMemoryNearlyUsed');
  });

  it('a server that cannot start says so under the name of the alert', async () => {
    await using first = await startServer();
    const second = startServer({ dataDir: first.dataDir ?? '' });
    await expect(second).rejects.toThrow('"alert":"LeaseServerDown"');
  });
});
