import { expect } from 'vitest';
import { eventually, figures, operations, type RunningServer } from '../../helpers/index.js';

/** An alert as `GET /alerts` shows it. */
export interface ShownAlert {
  readonly name: string;
  readonly severity: 'critical' | 'warning';
  readonly state: 'inactive' | 'pending' | 'firing';
  readonly summary: string;
  readonly since?: string;
  readonly value?: number;
  readonly limit: number;
}

/** What `GET /alerts` shows. */
async function shownAlerts(server: RunningServer): Promise<readonly ShownAlert[]> {
  const { status, text } = await operations(server, '/alerts');
  expect(status).toBe(200);
  return (JSON.parse(text) as { alerts: ShownAlert[] }).alerts;
}

/** The names of those that fire. */
export async function firing(server: RunningServer): Promise<readonly string[]> {
  const alerts = await shownAlerts(server);
  return alerts.filter(({ state }) => state === 'firing').map(({ name }) => name);
}

/** Waits until the alert fires: on its page, in the metrics, and in what health says. */
export async function untilFiring(
  server: RunningServer,
  name: string,
  deadlineMs = 25_000,
): Promise<ShownAlert> {
  return eventually(
    async () => {
      const alert = (await shownAlerts(server)).find((shown) => shown.name === name);
      if (alert?.state !== 'firing') throw new Error(`${name} does not fire: ${JSON.stringify(alert)}`);
      const { alerts } = JSON.parse((await operations(server, '/readyz')).text) as {
        alerts: Readonly<Record<string, readonly string[]>>;
      };
      expect(alerts[alert.severity]).toContain(name);
      expect(await firingFigure(server, name)).toBe(1);
      return alert;
    },
    { deadlineMs, everyMs: 100 },
  );
}

/** Waits until the alert is over, everywhere. */
export async function untilClear(server: RunningServer, name: string, deadlineMs = 25_000): Promise<void> {
  await eventually(
    async () => {
      expect(await firing(server)).not.toContain(name);
      expect(await firingFigure(server, name)).toBe(0);
    },
    { deadlineMs, everyMs: 100 },
  );
}

/** The lines of the log about this alert: that it fired, that it is over. */
export function logged(server: RunningServer, name: string): readonly string[] {
  return server.child.output
    .split('\n')
    .filter((line) => line.includes(`"alert":"${name}"`))
    .map((line) => (JSON.parse(line) as { state: string }).state);
}

async function firingFigure(server: RunningServer, name: string): Promise<number | undefined> {
  const { text } = await operations(server, '/metrics');
  const [, value] = new RegExp(`^lease_alert_firing\\{alert="${name}"\\} (\\d)$`, 'm').exec(text) ?? [];
  return value === undefined ? undefined : Number(value);
}

/** One figure of `/metrics`. */
export async function figure(server: RunningServer, name: string): Promise<number> {
  return (await figures(server)).get(name) ?? NaN;
}
