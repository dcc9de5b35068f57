import { torture } from './run.js';
const [kinds = '', seconds = '20', seed = '7'] = process.argv.slice(2);
const t = performance.now();
const report = await torture({ seed: Number(seed), seconds: Number(seconds), kinds: kinds.split(',') as never, progress: (l) => console.error(Math.round((performance.now()-t)/1000), l) });
console.log(JSON.stringify(report, null, 1).slice(0, 6000));
