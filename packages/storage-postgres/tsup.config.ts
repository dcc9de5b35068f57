import { library } from '../../tsup.base.js';

// The migrations are found by `import.meta.url`, also from CommonJS.
export default library({ entry: { index: 'src/index.ts' }, shims: true });
