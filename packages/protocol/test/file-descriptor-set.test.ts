import { describe, expect, it } from 'vitest';
import {
  CleanupAdminServiceDefinition,
  CleanupHandlerServiceDefinition,
  healthV1,
  LeaseServiceDefinition,
  reflectionV1,
  reflectionV1alpha,
} from '../src/index.js';
import { contract, schema } from './contract.js';

const services: Readonly<Record<string, Readonly<Record<string, { readonly path: string }>>>> = {
  'lease.v1.LeaseService': LeaseServiceDefinition,
  'lease.v1.CleanupAdminService': CleanupAdminServiceDefinition,
  'lease.v1.CleanupHandlerService': CleanupHandlerServiceDefinition,
  'grpc.health.v1.Health': healthV1.HealthService,
  'grpc.reflection.v1.ServerReflection': reflectionV1.ServerReflectionService,
  'grpc.reflection.v1alpha.ServerReflection': reflectionV1alpha.ServerReflectionService,
};

describe('the descriptor set', () => {
  it.each(Object.entries(services))(
    'describes %s, method by method as it is generated',
    (name, definition) => {
      const methods = contract.getService(name)?.methods ?? [];
      expect(methods.map((method) => `/${name}/${method.name}`).sort()).toEqual(
        Object.values(definition)
          .map(({ path }) => path)
          .sort(),
      );
    },
  );

  it('has the RPCs of the contract, and no other', () => {
    const rpcs = (name: string) => contract.getService(name)?.methods.map((method) => method.name);
    expect(rpcs('lease.v1.LeaseService')).toEqual([
      'CreateLease',
      'RenewLease',
      'ReleaseLease',
      'GetLease',
      'ListLeases',
      'BatchCreateLeases',
      'BatchRenewLeases',
      'BatchReleaseLeases',
      'GetStats',
    ]);
    expect(rpcs('lease.v1.CleanupAdminService')).toEqual([
      'ListCleanups',
      'GetCleanup',
      'RetryCleanups',
      'ForgetCleanups',
      'ListCleanupAttempts',
      'GetCollectionState',
      'PauseCollection',
      'ResumeCollection',
    ]);
    expect(rpcs('lease.v1.CleanupHandlerService')).toEqual(['Cleanup']);
  });

  it('keeps numbers for sessions and namespaces', () => {
    // The end of a reserved range is exclusive.
    expect(schema('lease.v1.Lease').proto.reservedRange).toMatchObject([{ start: 50, end: 60 }]);
    expect(schema('lease.v1.CreateLeaseRequest').proto.reservedRange).toMatchObject([{ start: 50, end: 60 }]);
    expect(schema('lease.v1.ObjectRef').proto.reservedRange).toMatchObject([{ start: 3, end: 4 }]);
    expect(schema('lease.v1.ObjectRef').proto.reservedName).toEqual(['namespace']);
  });

  it('resolves every import, so that reflection can answer with the whole closure', () => {
    const files = [...contract.files].map((file) => `${file.name}.proto`);
    expect(files).toEqual(
      expect.arrayContaining([
        'google/protobuf/any.proto',
        'google/protobuf/duration.proto',
        'google/protobuf/timestamp.proto',
        'google/rpc/error_details.proto',
        'google/rpc/status.proto',
      ]),
    );
    for (const file of contract.files) {
      for (const imported of file.dependencies) expect(files).toContain(`${imported.name}.proto`);
    }
  });
});
