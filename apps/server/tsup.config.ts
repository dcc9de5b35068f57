import { executable } from '../../tsup.base.js';

export default executable({ entry: { main: 'src/main.ts' } });
