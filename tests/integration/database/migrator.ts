// A process that waits for a line on stdin and migrates then.
import { once } from 'node:events';
import { migrate } from '../../../packages/storage-postgres/src/migrate/migrate.js';

const [, , url = '', schema = ''] = process.argv;
console.log(JSON.stringify({ msg: 'ready' }));
await once(process.stdin, 'data');
await migrate({ url, schema });
process.stdin.destroy();
