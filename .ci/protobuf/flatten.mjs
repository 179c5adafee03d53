// From .proto files with packages to one flat namespace.
import { existsSync } from 'node:fs';
import protobuf from 'protobufjs';

// protobuf.js has some of Google's files built in, with their fields named as they are written: ours are in proto/.
for (const built of Object.keys(protobuf.common)) if (built.includes('/')) delete protobuf.common[built];

// containerd's files import each other by their paths in its api module.
export const FOLDERS = ['proto', 'proto/containerd'];

/** The messages and enumerations of files below `root`'s proto/ and of what these import, by their full names. */
function load(root, files) {
  const all = new protobuf.Root();
  all.resolvePath = (_, target) => {
    const found = FOLDERS.map((folder) => `${root}${folder}/${target}`).find(existsSync);
    if (!found && !target.startsWith(root)) throw new Error(`${target} is not there`);
    return found ?? target;
  };
  all.loadSync(files);
  all.resolveAll();
  const found = new Map();
  const visit = (one) => {
    if (one instanceof protobuf.Type || one instanceof protobuf.Enum) found.set(one.fullName.slice(1), one);
    else for (const each of one.nestedArray ?? []) visit(each);
  };
  visit(all);
  return found;
}

/**
 * What a module of MODULES (modules.mjs) holds, and what it takes from others.
 * @param has what the modules that it uses have: names in JavaScript by full names
 * @returns protobuf.js's objects; the names of its own, and those from elsewhere, all by full names
 */
export function flatten(root, { files, take, as = {} }, has) {
  const all = load(root, files);
  const own = new Map();
  const foreign = new Map();
  const add = (name) => {
    if (own.has(name) || foreign.has(name)) return;
    const short = has.get(name);
    if (short) {
      foreign.set(name, short);
      return;
    }
    own.set(name, as[name] ?? name.split('.').at(-1));
    for (const { resolvedType } of all.get(name).fieldsArray ?? [])
      if (resolvedType) add(resolvedType.fullName.slice(1));
  };
  for (const name of all.keys()) {
    const taken = take?.some((each) => name === each || name.startsWith(`${each}.`)) ?? true;
    if (taken) add(name);
  }
  return { all, own, foreign };
}

/** The same in protobuf.js's JSON, for pbjs, which knows one namespace. */
export function json({ all, own, foreign }) {
  const names = new Map([...own, ...foreign]);
  const nested = {};
  for (const [name, short] of names) {
    if (nested[short]) throw new Error(`${name} is not the only ${short}`);
    const one = all.get(name).toJSON();
    for (const field of Object.values(one.fields ?? {})) field.type = names.get(field.type) ?? field.type;
    nested[short] = { ...one, options: undefined };
  }
  return JSON.stringify({ nested });
}
