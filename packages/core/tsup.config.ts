import { library } from '../../tsup.base.js';

export default library({
  entry: {
    index: 'src/index.ts',
    http: 'src/http/index.ts',
    'serial-store': 'src/serial-store/index.ts',
    testing: 'src/testing/index.ts',
  },
  // Bundled, so that the published package has no dependency.
  noExternal: ['@noble/hashes', 'ipaddr.js'],
});
