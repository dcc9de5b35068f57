const DURATION = 'is no duration such as 500ms, 30s, 5m or 24h';
const NO_MAPPING = 'is no mapping of settings, such as "grpc-listen: 127.0.0.1:50051"';
const ONE_VALUE = 'one value is needed, no list and no mapping';
const NO_VALUE = 'has no value; without the line, the default holds';
const TOO_DEEP = 'nested too deep for a list of settings';
const SHARED = 'postgres://u:hunter2@127.0.0.1/lease';

interface BadFile {
  readonly contents: string | Uint8Array;
  readonly flags?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Every error, in order; `FILE` stands for the path. */
  readonly errors: readonly string[];
}

/** What is in the file of `--config`, and what is said of it. */
export const BAD_FILES: Readonly<Record<string, BadFile>> = {
  'an unknown setting': { contents: 'colour: red\n', errors: ['FILE:1: "colour" is no setting'] },
  'a typo': {
    contents: '# ours\n\nmin-tll: 5s\n',
    errors: ['FILE:3: "min-tll" is no setting (did you mean min-ttl?)'],
  },
  'the name of a variable': {
    contents: 'LEASE_GRACE: 5s\ngrpcListen: 127.0.0.1:1\n',
    errors: [
      'FILE:1: "LEASE_GRACE" is no setting',
      'FILE:2: "grpcListen" is no setting (did you mean grpc-listen?)',
    ],
  },
  'a flag with its dashes': {
    contents: '--grace: 5s\n',
    errors: ['FILE:1: "--grace" is no setting (did you mean grace?)'],
  },
  'thousands of them': {
    contents: 'colour: red\n'.repeat(5_000),
    errors: [
      ...Array.from({ length: 20 }, (_, i) => `FILE:${i + 1}: "colour" is no setting`),
      'FILE: 4980 more of this kind',
    ],
  },
  'a further file': { contents: 'config: other.yaml\n', errors: ['FILE:1: "config" is no setting'] },
  'a name of the language': {
    contents: '__proto__: 1\nconstructor: 2\n',
    errors: ['FILE:1: "__proto__" is no setting', 'FILE:2: "constructor" is no setting'],
  },
  'a secret in a key': {
    contents: '"postgres://u:hunter2@db?password=hunter2": 1\n',
    errors: ['FILE:1: "postgres://...@db?..." is no setting'],
  },
  'a number without its unit': { contents: 'grace: 5\n', errors: [`FILE:1 grace: "5" ${DURATION}`] },
  'a switch that is no': {
    contents: 'storage: memory\nhold-cleanups: no\n',
    errors: ['FILE:2 hold-cleanups: "no" is neither true nor false'],
  },
  'a number with an exponent': {
    contents: 'max-leases-per-service: 1e3\n',
    errors: ['FILE:1 max-leases-per-service: "1e3" is no whole number'],
  },
  'a number out of bounds': {
    contents: 'database-connections: 1\n',
    errors: ['FILE:1 database-connections: 1 is not within 4 to 1000'],
  },
  'a list for one value': { contents: 'grace: [5s]\n', errors: [`FILE:1 grace: ${ONE_VALUE}`] },
  'a mapping for one value': {
    contents: 'grpc-listen:\n  port: 1\n',
    errors: [`FILE:1 grpc-listen: ${ONE_VALUE}`],
  },
  'a mapping for a list': {
    contents: 'allow-cleanup-target: {a: b}\n',
    errors: ['FILE:1 allow-cleanup-target: a list of texts is needed'],
  },
  'a list in a list': {
    contents: 'allow-cleanup-target:\n  - [a]\n',
    errors: ['FILE:1 allow-cleanup-target: a list of texts is needed'],
  },
  'nothing in a list': {
    contents: 'allow-cleanup-target: [a.example, ~]\n',
    errors: ['FILE:1 allow-cleanup-target: a list of texts is needed'],
  },
  'a bad entry in a list': {
    contents: 'allow-cleanup-target:\n  - a.example\n  - 10.0.0.0/33\n',
    errors: ['FILE:1 allow-cleanup-target: allow entry "10.0.0.0/33" is no network'],
  },
  'no value': {
    contents: 'grace:\ndata-dir: ~\nmax-ttl: null\n',
    errors: [`FILE:1 grace: ${NO_VALUE}`, `FILE:2 data-dir: ${NO_VALUE}`, `FILE:3 max-ttl: ${NO_VALUE}`],
  },
  'an empty path': { contents: 'data-dir: ""\n', errors: ['FILE:1 data-dir: "" is no path'] },
  'a setting twice': {
    contents: 'grace: 1s\nmin-ttl: 2s\ngrace: 3s\n',
    errors: ['FILE:3 grace: stands in line 1 already'],
  },
  'an alias': {
    contents: 'min-ttl: &a 5s\ngrace: *a\n',
    errors: ['FILE:2 grace: aliases are not read here'],
  },
  'a bomb of aliases': {
    contents: 'a: &a [x, x, x]\nb: &b [*a, *a, *a]\ngrace: *b\n',
    errors: [
      'FILE:1: "a" is no setting',
      'FILE:2: "b" is no setting',
      'FILE:3 grace: aliases are not read here',
    ],
  },
  'an alias of nothing': { contents: 'grace: *b\n', errors: ['FILE:1 grace: aliases are not read here'] },
  'a merge': {
    contents: '<<: {grace: 1s}\n',
    errors: ['FILE:1: "<<" is no setting'],
  },
  'a key that is a list': { contents: '? [a]\n: b\n', errors: ['FILE:1: a setting is named by plain text'] },
  'a tag': {
    contents: 'grace: !!js/function x\n',
    errors: ['FILE:1: is no plain YAML (tag resolve failed)'],
  },
  'a list': { contents: '- grace: 1s\n', errors: [`FILE: ${NO_MAPPING}`] },
  'a text': { contents: 'hunter2\n', errors: [`FILE: ${NO_MAPPING}`] },
  'two documents': {
    contents: 'grace: 1s\n---\ngrace: 2s\n',
    errors: ['FILE:2: is no plain YAML (multiple docs)'],
  },
  'a text that does not end': {
    contents: 'database-url: "postgres://u:hunter2@db\n',
    errors: ['FILE:2: is no plain YAML (missing char)'],
  },
  'a bracket that does not end': {
    contents: 'allow-cleanup-target: [a\n',
    errors: ['FILE:2: is no plain YAML (bad indent)'],
  },
  'two values in a line': {
    contents: 'grace: min-ttl: 5s\n',
    errors: ['FILE:1: is no plain YAML (block as implicit key)'],
  },
  'a tab': {
    contents: 'allow-cleanup-target:\n\t- a.example\n',
    errors: ['FILE:2: is no plain YAML (tab as indent)'],
  },
  JSON: { contents: '{"grace": 5}', errors: [`FILE:1 grace: "5" ${DURATION}`] },
  'brackets without end': { contents: '['.repeat(20_000), errors: [`FILE: ${TOO_DEEP}`] },
  'mappings without end': { contents: '{a: '.repeat(10_000), errors: [`FILE: ${TOO_DEEP}`] },
  'dashes without end': { contents: '- '.repeat(20_000), errors: [`FILE: ${TOO_DEEP}`] },
  'more than 64 KiB': {
    contents: `grace: 5s # ${'x'.repeat(65_536)}`,
    errors: ['--config: "FILE" is longer than 64 KiB'],
  },
  'no UTF-8': { contents: Uint8Array.of(0x67, 0xff), errors: ['--config: "FILE" is not UTF-8'] },
  'what the environment overrides is not judged': {
    contents: 'grace: soon\nmin-ttl: 48h\n',
    env: { LEASE_GRACE: '1s' },
    errors: [
      'FILE:2 min-ttl (48h) is above --max-ttl (24h by default)',
      'FILE:2 min-ttl (48h) is above --default-ttl (5m by default)',
    ],
  },
  'each one from another source': {
    contents: 'min-ttl: 3h\ndefault-ttl: 2h\nclaim-ttl: 5s\n',
    flags: '--max-ttl 1h --grace x',
    env: { LEASE_DEFAULT_TTL: '150m', LEASE_BRAKE_SHARE: '0' },
    errors: [
      `--grace: "x" ${DURATION}`,
      'LEASE_BRAKE_SHARE: "0" is no share such as 0.25 (above 0, at most 1)',
      'FILE:3 claim-ttl: 5s is not within 33s to 1h: a claim must outlast the longest attempt (30s), leave 1s for its answer and 2s to record how the attempt ended',
      'FILE:1 min-ttl (3h) is above --max-ttl (1h)',
      'FILE:1 min-ttl (3h) is above LEASE_DEFAULT_TTL (150m)',
      'LEASE_DEFAULT_TTL (150m) is above --max-ttl (1h)',
    ],
  },
  'a database for another storage': {
    contents: `database-url: ${SHARED}\n`,
    flags: '--storage sqlite',
    errors: ['FILE:1 database-url is for --storage postgres, not for --storage (sqlite)'],
  },
  'a database without its URL': {
    contents: 'storage: postgres\n',
    errors: ['FILE:1 storage (postgres) needs --database-url or --database-url-file'],
  },
  'a bad URL': {
    contents: 'storage: postgres\ndatabase-url: mysql://u:hunter2@db/x\n',
    errors: [
      'FILE:2 database-url: url must be a URL of the form postgres://user:password@host:port/database',
    ],
  },
  'a listener that others reach': {
    contents: 'http-listen: 0.0.0.0:9090\n',
    errors: [
      'FILE:1 http-listen (0.0.0.0:9090) is not on loopback: that needs --tls-cert and --tls-key, or --insecure-listen for plain text',
    ],
  },
  'no guess at what an unreadable file may have said': {
    contents: '- storage: postgres\n',
    flags: '--grace x',
    env: { LEASE_DATABASE_URL: SHARED, LEASE_MIN_TTL: '10m' },
    errors: [`FILE: ${NO_MAPPING}`, `--grace: "x" ${DURATION}`],
  },
};
