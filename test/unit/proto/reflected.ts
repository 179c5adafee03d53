/** The .proto files as protobuf.js reads them at run time: a second opinion about every byte that the generated code writes. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import protobuf from 'protobufjs';

const folder = join(import.meta.dirname, '../../../proto');
// Untouched, though protobuf.js has them built in under other names of fields.
const { common } = createRequire(import.meta.url)('protobufjs') as { common: Record<string, unknown> };
for (const built of Object.keys(common)) if (built.includes('/')) delete common[built];

/** All messages of some files below proto/ and of what these import. */
export function reflect(...files: string[]): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_, target) => {
    const found = [target, join(folder, target), join(folder, 'containerd', target)].find((each) => existsSync(each));
    if (!found) throw new Error(`${target} is not there`);
    return found;
  };
  root.loadSync(files);
  root.resolveAll();
  return root;
}

/** A message with something in every field, all of them different, and no default among them. */
export function filled(type: protobuf.Type, next = { number: 1 }, depth = 0): Record<string, unknown> {
  const one = (field: protobuf.Field): unknown => {
    const number = next.number++;
    if (field.resolvedType instanceof protobuf.Type) return filled(field.resolvedType, next, depth + 1);
    if (field.resolvedType) return Object.values(field.resolvedType.values).find((each) => each !== 0) ?? 0;
    if (field.type === 'string') return `ä${number}`;
    if (field.type === 'bytes') return Uint8Array.of(number, 0, 255);
    if (field.type === 'bool') return true;
    return number * (/64/.test(field.type) ? 2 ** 32 + 1 : 1);
  };
  const message: Record<string, unknown> = {};
  const chosen = new Set<protobuf.OneOf>();
  for (const field of type.fieldsArray) {
    if (field.partOf && chosen.has(field.partOf)) continue;
    if (field.partOf) chosen.add(field.partOf);
    const { name } = field.resolve();
    if (field instanceof protobuf.MapField) message[name] = { a: one(field), b: one(field) };
    else message[name] = field.repeated ? [one(field), one(field)] : one(field);
  }
  return message;
}
