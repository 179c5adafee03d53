// From what pbjs writes to what is kept of it. JSDoc of 300 functions would triple a file; unknown fields are skipped, not kept; a message
// is a plain object or comes from a decoder, so constructors copy nothing; names are the module's own, without a tree of namespaces.

const COMMENTS = /^ *\/\*\*?[\s\S]*?\*\/\n/gm;
const UNKNOWN_WRITTEN = /^ *if \(message\.\$unknowns != null.*\n.*\n.*writer\.raw\(message\.\$unknowns\[i\]\);\n/gm;
const UNKNOWN_KEPT = /^ *if \(!reader\.discardUnknown\) \{\n(?:.*\n){2} *\}\n/gm;
const START = /^ *let start = reader\.pos;\n/gm;
const COPIED = /^ *if \(properties\)\n.*\n.*\n.*this\[keys\[i\]\] = properties\[keys\[i\]\];\n/gm;
const NO_LONG = /\$util\.Long \? \$util\.Long\.fromBits\([-\d]+,[-\d]+,(?:true|false)\) : /g;
const DECODER = /^ {4}\w+\.decode = function [\s\S]*?^ {4}\};\n/gm;

/** Cuts out every match of `pattern`. That there is none means that pbjs has changed. */
function without(text, pattern) {
  const rest = text.replace(pattern, '');
  if (rest === text) throw new Error(`pbjs no longer writes ${pattern}`);
  return rest;
}

/**
 * @param foreign names that pbjs has written and that are imported
 * @param imports the lines that do it
 */
export function trim(text, { foreign, imports, decoders }) {
  let code = text.replace('"protobufjs/minimal.js"', '"./minimal.js"');
  for (const name of foreign)
    code = without(code, new RegExp(`^export const ${name} = [\\s\\S]*?^\\}\\)\\(\\);\\n`, 'm'));
  code = without(code.replace(COMMENTS, ''), UNKNOWN_WRITTEN);
  code = without(without(without(code, UNKNOWN_KEPT), START), COPIED).replace(/\(properties\) \{\n +\}/g, '() {}');
  code = without(code, /^\/\/ Exported root namespace\nconst \$root = .*\n/m);
  code = without(code, /^export \{\n {2}\$root as default\n\};\n/m);
  code = code
    .replace(/= \$root\.\w+ = /g, '= ')
    // So that the bundler leaves out what nobody uses.
    .replace(/^(export const \w+ = )\(\(\) => \{$/gm, '$1/* @__PURE__ */ (() => {')
    .replaceAll('$root.', '')
    .replace(NO_LONG, '');
  if (!decoders) code = without(code, DECODER);
  code = code.replace(/^import .*\n/, `$&${imports}`).replace(/\n{2,}/g, '\n\n');
  return `${code.trimEnd()}\n`;
}
