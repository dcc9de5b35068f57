import { aLease } from '../../helpers/builders.js';
import { eventually } from '../../helpers/eventually.js';
import { bytesReadBy } from '../../helpers/process-figures.js';
import type { Site } from '../site.js';
import { cleanupFor } from './cleanup-for.js';
import { httpRows } from './http-rows.js';

/** Has some answers of 10 GB read, one after another, and tells what the server read for each. */
export async function readPerAnswer(site: Site, pid: number): Promise<number> {
  const answers = 20;
  const endless = httpRows.find(({ name }) => name === 'HTTP: 200 and 10 GB');
  if (endless === undefined) throw new Error('nobody pours');
  await using endpoint = await endless.start();
  const { cleanups: before } = await site.stats();
  const readBefore = bytesReadBy(pid);
  for (let each = 1; each <= answers; each += 1) {
    const lease = aLease({ cleanup: cleanupFor(endless, endpoint) });
    await site.client.call('CreateLease', lease);
    await site.client.call('ReleaseLease', lease);
    await eventually(() => {
      if (endpoint.arrivals.size < each || endpoint.open > 0) throw new Error(`answer ${each} is not over`);
    });
  }
  await eventually(async () => {
    const { cleanups } = await site.stats();
    if (cleanups.collected !== before.collected + answers) throw new Error('not all are collected');
  });
  return Math.round((bytesReadBy(pid) - readBefore) / answers);
}
