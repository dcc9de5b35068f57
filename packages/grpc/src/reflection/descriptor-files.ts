import { createFileRegistry, type DescFile, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { fileDescriptorSet } from '@lease/protocol';

/** The files of the contract, as reflection serves them: each with everything that it imports. */
export class DescriptorFiles {
  readonly #registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, fileDescriptorSet));

  /** The file of this name and its imports, serialized; `undefined` if there is none. */
  file(name: string): Buffer[] | undefined {
    return withImports(this.#registry.getFile(name));
  }

  /** The file that declares a message, enum, service, method or field. */
  fileOf(symbol: string): Buffer[] | undefined {
    const parent = symbol.slice(0, Math.max(0, symbol.lastIndexOf('.')));
    return withImports((this.#registry.get(symbol) ?? this.#member(parent, symbol))?.file);
  }

  /** Whether there is a message of this name. */
  hasMessage(name: string): boolean {
    return this.#registry.getMessage(name) !== undefined;
  }

  #member(parent: string, symbol: string) {
    const name = symbol.slice(parent.length + 1);
    const desc = this.#registry.get(parent);
    if (desc?.kind === 'service')
      return desc.methods.some((method) => method.name === name) ? desc : undefined;
    if (desc?.kind === 'message')
      return desc.members.some((member) => member.name === name) ? desc : undefined;
    return undefined;
  }
}

function withImports(file: DescFile | undefined): Buffer[] | undefined {
  if (file === undefined) return undefined;
  const files = new Set([file]);
  // A set is walked in the order of insertion, and to its end even while it grows.
  for (const { dependencies } of files) for (const dependency of dependencies) files.add(dependency);
  return [...files].map(({ proto }) => Buffer.from(toBinary(FileDescriptorProtoSchema, proto)));
}
