// Takes a hold and leaves it alone. Nothing else keeps this process alive.
import { LeaseClient } from '../../../src/index.js';

const [, , address = ''] = process.argv;
const client = new LeaseClient({ address, serviceId: 'tests' });
const hold = await client.hold({ object: { type: 'custom', id: 'x' }, ttlMs: 300_000 });
process.stdout.write(hold.state);
