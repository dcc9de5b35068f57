import type { RunningServer } from './server.js';

/** What an operations endpoint answers, e.g. `/readyz`. */
export async function operations(
  server: RunningServer,
  path: string,
): Promise<{ readonly status: number; readonly type: string; readonly text: string }> {
  const response = await fetch(server.http + path);
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, text: await response.text() };
}

/** The figures of `/metrics` by name, each the sum over its labels. Histograms show as `NAME_sum` and `NAME_count`. */
export async function figures(server: RunningServer): Promise<ReadonlyMap<string, number>> {
  const { text } = await operations(server, '/metrics');
  const sums = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return sums;
}
