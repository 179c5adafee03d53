/** The files that reflection tells of, by what is in them. */

import { FILES } from '../../proto/descriptors.js';

type File = (typeof FILES)[number];

const byName = new Map<string, File>();
const bySymbol = new Map<string, string>();
for (const file of FILES) {
  byName.set(file.name, file);
  for (const symbol of file.symbols) bySymbol.set(symbol, file.name);
}

/** The same name, when there is such a file. */
export function fileNamed(name: string): string | undefined {
  return byName.get(name)?.name;
}

/** @param symbol the full name of a message, an enumeration, a service or a method */
export function fileOf(symbol: string): string | undefined {
  return bySymbol.get(symbol);
}

export function fileOfExtension(type: string, number: number): string | undefined {
  return FILES.find(({ extensions }) => extensions.some((one) => one[0] === type && one[1] === number))?.name;
}

/** The numbers of the extensions of a message; undefined when there is no such message. */
export function extensionsOf(type: string): number[] | undefined {
  if (!bySymbol.has(type)) return undefined;
  return FILES.flatMap(({ extensions }) =>
    extensions.filter(([extended]) => extended === type).map(([, number]) => number),
  );
}

/** All that a file needs, in no order, without itself. */
export function importsOf(name: string): string[] {
  const found = new Set<string>();
  const visit = (file: File | undefined) => {
    for (const each of file?.dependencies ?? []) {
      if (found.has(each)) continue;
      found.add(each);
      visit(byName.get(each));
    }
  };
  visit(byName.get(name));
  return [...found];
}

/** The FileDescriptorProto of a file that is there. */
export function descriptorOf(name: string): Uint8Array {
  return Uint8Array.from(atob(byName.get(name)?.descriptor ?? ''), (letter) => letter.charCodeAt(0));
}
