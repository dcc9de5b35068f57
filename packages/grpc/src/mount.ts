import type { Server } from '@grpc/grpc-js';
import type { LeaseService } from '@lease/core';
import { LeaseServiceDefinition } from '@lease/protocol';
import { HealthImplementation } from 'grpc-health-check';
import { addReflection } from './reflection/reflection-service.js';
import { Calls } from './service/calls.js';
import { leaseMethods } from './service/lease-methods.js';
import { addUnaryService, type FaultListener } from './service/unary-service.js';

export interface MountOptions {
  readonly service: LeaseService;
  /** Told of every error that a caller sees only as INTERNAL. */
  readonly onFault: FaultListener;
}

export interface MountedLease {
  /**
   * The end of service: health turns NOT_SERVING, new calls are answered UNAVAILABLE (SHUTTING_DOWN). Resolves when the
   * last call under way has its answer; the server itself is the caller's to shut down.
   */
  drain(): Promise<void>;
}

/** The services that the server answers for; the admin service is listed, and answers UNIMPLEMENTED so far. */
const SERVICES = [
  'lease.v1.LeaseService',
  'lease.v1.CleanupAdminService',
  'grpc.health.v1.Health',
  'grpc.reflection.v1.ServerReflection',
  'grpc.reflection.v1alpha.ServerReflection',
] as const;

/** Health is told for the server as a whole and for the service by name. */
const WATCHED = ['', SERVICES[0]] as const;

/** Puts LeaseService, health and reflection on a server of grpc-js, which the caller binds and shuts down. */
export function mountLease(server: Server, { service, onFault }: MountOptions): MountedLease {
  const calls = new Calls();
  const health = new HealthImplementation();
  addUnaryService(server, LeaseServiceDefinition, leaseMethods(service), { calls, onFault });
  addReflection(server, SERVICES);
  health.addToServer(server);
  for (const name of WATCHED) health.setStatus(name, 'SERVING');
  return {
    drain() {
      for (const name of WATCHED) health.setStatus(name, 'NOT_SERVING');
      return calls.drain();
    },
  };
}
