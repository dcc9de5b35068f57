import { Duplex } from 'node:stream';
import { credentials, type Server, status } from '@grpc/grpc-js';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { reflectionV1, reflectionV1alpha } from '@lease/protocol';
import { describe, expect, it, vi } from 'vitest';
import { addReflection } from '../src/reflection/reflection-service.js';
import { served } from './served.js';

type Question = NonNullable<reflectionV1.ServerReflectionRequest['messageRequest']>;
type Answer = NonNullable<reflectionV1.ServerReflectionResponse['messageResponse']>;

const CLIENTS = {
  v1: reflectionV1.ServerReflectionClient,
  v1alpha: reflectionV1alpha.ServerReflectionClient,
} as const;

/** Asks all questions on one stream; resolves to the answers in order. */
async function ask(
  address: string,
  questions: readonly (Question | undefined)[],
  version: keyof typeof CLIENTS = 'v1',
): Promise<(Answer | undefined)[]> {
  const client = new CLIENTS[version](address, credentials.createInsecure());
  const stream = client.serverReflectionInfo();
  const answers: (Answer | undefined)[] = [];
  stream.on('data', (answer: reflectionV1.ServerReflectionResponse) => answers.push(answer.messageResponse));
  for (const messageRequest of questions) stream.write({ host: 'me', messageRequest });
  stream.end();
  await new Promise<void>((resolve, reject) => stream.on('end', resolve).on('error', reject));
  client.close();
  return answers;
}

/** The names of the files in an answer. */
function filesIn(answer: Answer | undefined): string[] {
  if (answer?.$case !== 'fileDescriptorResponse') throw new Error(`no files: ${answer?.$case}`);
  return answer.value.fileDescriptorProto.map((file) => fromBinary(FileDescriptorProtoSchema, file).name);
}

describe.each(['v1', 'v1alpha'] as const)('reflection %s', (version) => {
  it('lists the services', async () => {
    await using lease = await served();
    const [answer] = await ask(lease.address, [{ $case: 'listServices', value: '' }], version);
    expect(answer).toEqual({
      $case: 'listServicesResponse',
      value: {
        service: [
          { name: 'lease.v1.LeaseService' },
          { name: 'grpc.health.v1.Health' },
          { name: 'grpc.reflection.v1.ServerReflection' },
          { name: 'grpc.reflection.v1alpha.ServerReflection' },
        ],
      },
    });
  });
});

describe('reflection', () => {
  it.each([
    ['a service', 'lease.v1.LeaseService', 'lease/v1/lease_service.proto'],
    ['a method', 'lease.v1.LeaseService.CreateLease', 'lease/v1/lease_service.proto'],
    ['a message', 'lease.v1.CreateLeaseRequest', 'lease/v1/create_lease.proto'],
    ['a field', 'lease.v1.CreateLeaseRequest.lease_id', 'lease/v1/create_lease.proto'],
    ['a oneof', 'lease.v1.CleanupSpec.target', 'lease/v1/cleanup_spec.proto'],
    ['an enum', 'lease.v1.LeaseState', 'lease/v1/lease.proto'],
    ['a message of somebody else', 'google.protobuf.Duration', 'google/protobuf/duration.proto'],
    ['health', 'grpc.health.v1.Health', 'grpc/health/v1/health.proto'],
  ])('finds the file of %s', async (_, symbol, file) => {
    await using lease = await served();
    const [answer] = await ask(lease.address, [{ $case: 'fileContainingSymbol', value: symbol }]);
    expect(filesIn(answer)[0]).toBe(file);
  });

  it('sends a file with everything that it imports, each once', async () => {
    await using lease = await served();
    const [answer] = await ask(lease.address, [
      { $case: 'fileByFilename', value: 'lease/v1/lease_service.proto' },
    ]);
    if (answer?.$case !== 'fileDescriptorResponse') throw new Error('no files');
    const files = answer.value.fileDescriptorProto.map((file) => fromBinary(FileDescriptorProtoSchema, file));
    const names = files.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { dependency } of files) expect(names).toEqual(expect.arrayContaining(dependency));
    expect(names).toContain('google/protobuf/timestamp.proto');
  });

  it.each<[string, Question | undefined, number]>([
    ['an unknown symbol', { $case: 'fileContainingSymbol', value: 'lease.v1.Nothing' }, status.NOT_FOUND],
    ['a package', { $case: 'fileContainingSymbol', value: 'lease.v1' }, status.NOT_FOUND],
    ['no symbol', { $case: 'fileContainingSymbol', value: '' }, status.NOT_FOUND],
    [
      'an unknown method',
      { $case: 'fileContainingSymbol', value: 'lease.v1.LeaseService.No' },
      status.NOT_FOUND,
    ],
    [
      'an unknown field',
      { $case: 'fileContainingSymbol', value: 'lease.v1.Lease.constructor' },
      status.NOT_FOUND,
    ],
    ['an unknown file', { $case: 'fileByFilename', value: '../etc/passwd' }, status.NOT_FOUND],
    [
      'an extension',
      { $case: 'fileContainingExtension', value: { containingType: 'lease.v1.Lease', extensionNumber: 5 } },
      status.NOT_FOUND,
    ],
    ['the extensions of nothing', { $case: 'allExtensionNumbersOfType', value: 'no.Such' }, status.NOT_FOUND],
    ['nothing', undefined, status.INVALID_ARGUMENT],
  ])('%s is an error in the answer, and the stream goes on', async (_, question, errorCode) => {
    await using lease = await served();
    const list = { $case: 'listServices', value: '' } as const;
    const [answer, next] = await ask(lease.address, [question, list]);
    expect(answer).toMatchObject({ $case: 'errorResponse', value: { errorCode } });
    expect(next).toMatchObject({ $case: 'listServicesResponse' });
  });

  it('a message of ours has no extensions', async () => {
    await using lease = await served();
    const [answer] = await ask(lease.address, [
      { $case: 'allExtensionNumbersOfType', value: 'lease.v1.Lease' },
    ]);
    expect(answer).toEqual({
      $case: 'allExtensionNumbersResponse',
      value: { baseTypeName: 'lease.v1.Lease', extensionNumber: [] },
    });
  });

  it('a client that asks without end and does not read is not answered without end', async () => {
    let converse: (call: Duplex) => void = () => undefined;
    const server = {
      addService: (_: unknown, implementation: { serverReflectionInfo: typeof converse }) => {
        converse = implementation.serverReflectionInfo;
      },
    };
    addReflection(server as unknown as Server, []);
    // A call whose peer takes one answer at a time, when the test says so.
    const taken: (() => void)[] = [];
    const call = new Duplex({
      objectMode: true,
      read: () => undefined,
      write: (_answer, _encoding, take) => taken.push(take),
    });
    converse(call);
    const question = { value: { host: '', messageRequest: { $case: 'listServices', value: '' } } };
    for (let i = 0; i < 100; i++) call.push(question);
    await new Promise((turn) => setImmediate(turn));
    expect(call.writableLength).toBe(call.writableHighWaterMark);
    let answers = 0;
    while (answers < 100) {
      await vi.waitUntil(() => taken.length > 0);
      taken.shift()?.();
      answers += 1;
      expect(call.writableLength).toBeLessThanOrEqual(call.writableHighWaterMark);
    }
  });

  it('bytes that are no message end the stream as INVALID_ARGUMENT', async () => {
    await using lease = await served();
    const client = new reflectionV1.ServerReflectionClient(lease.address, credentials.createInsecure());
    const { path } = reflectionV1.ServerReflectionService.serverReflectionInfo;
    const identity = (bytes: Buffer) => bytes;
    const stream = client.makeBidiStreamRequest(path, identity, identity);
    stream.write(Buffer.from([0x0a, 0x7f]));
    stream.write(Buffer.from([0x0a, 0x7f]));
    const error = await new Promise<{ code: number }>((resolve) => {
      stream.on('data', () => undefined).on('error', (failure) => resolve(failure as never));
    });
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    client.close();
  });
});
