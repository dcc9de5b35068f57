import type { Server } from '@grpc/grpc-js';
import type { CleanupAdmin, LeaseService } from '@lease/core';
import { CleanupAdminServiceDefinition, LeaseServiceDefinition } from '@lease/protocol';
import { HealthImplementation } from 'grpc-health-check';
import { adminMethods } from './admin/admin-methods.js';
import { addReflection } from './reflection/reflection-service.js';
import { Calls } from './service/calls.js';
import { leaseMethods } from './service/lease-methods.js';
import { addUnaryService, type FaultListener } from './service/unary-service.js';

/** What to serve: at least one of the two. */
type Served =
  | { readonly service: LeaseService; readonly admin?: CleanupAdmin }
  | { readonly service?: never; readonly admin: CleanupAdmin };

export type MountOptions = Served & {
  /** Told of every error that a caller sees only as INTERNAL. */
  readonly onFault: FaultListener;
};

export interface MountedLease {
  /** What health says from now on, until {@link drain}: whether calls would be answered, as far as the caller knows. */
  setServing(serving: boolean): void;
  /**
   * The end of service: health turns NOT_SERVING, new calls are answered UNAVAILABLE (SHUTTING_DOWN). Resolves when the
   * last call under way has its answer; the server itself is the caller's to shut down.
   */
  drain(): Promise<void>;
}

const LEASE_SERVICE = 'lease.v1.LeaseService';
const ADMIN_SERVICE = 'lease.v1.CleanupAdminService';

/** Served beside them. */
const COMPANIONS = [
  'grpc.health.v1.Health',
  'grpc.reflection.v1.ServerReflection',
  'grpc.reflection.v1alpha.ServerReflection',
] as const;

/**
 * Puts LeaseService, CleanupAdminService or both, health and reflection on a server of grpc-js, which the caller binds and
 * shuts down. Whoever reaches CleanupAdminService may drop cleanups and stop collection: mind where it is served.
 */
export function mountLease(server: Server, { service, admin, onFault }: MountOptions): MountedLease {
  const calls = new Calls();
  const context = { calls, onFault };
  const names: string[] = [];
  if (service !== undefined) {
    addUnaryService(server, LeaseServiceDefinition, leaseMethods(service), context);
    names.push(LEASE_SERVICE);
  }
  if (admin !== undefined) {
    addUnaryService(server, CleanupAdminServiceDefinition, adminMethods(admin), context);
    names.push(ADMIN_SERVICE);
  }
  addReflection(server, [...names, ...COMPANIONS]);
  const health = new HealthImplementation();
  health.addToServer(server);
  // Health is told for the server as a whole and for each service by name.
  const watched = ['', ...names];
  const tell = (status: 'SERVING' | 'NOT_SERVING') => {
    for (const name of watched) health.setStatus(name, status);
  };
  tell('SERVING');
  let draining = false;
  return {
    setServing(serving) {
      if (!draining) tell(serving ? 'SERVING' : 'NOT_SERVING');
    },
    drain() {
      draining = true;
      tell('NOT_SERVING');
      return calls.drain();
    },
  };
}
