// The types of a module: of a message, what its decoder returns (X: every field is there) and what its encoder takes (X.$Properties: what is
// left out has its default). pbjs would write as much three times over, and needs JSDoc for it.

const NUMBERS = /^(?:u?int32|sint32|s?fixed32|float|double)$/;
const LONG_NUMBERS = /^(?:u?int64|sint64|s?fixed64)$/;

/** The types of what `flatten` returned. */
export function types({ all, own, foreign }, exact) {
  const names = new Map([...own, ...foreign]);

  const scalar = (type) => {
    if (NUMBERS.test(type)) return 'number';
    if (LONG_NUMBERS.test(type)) return exact ? 'number | bigint' : 'number';
    return { string: 'string', bool: 'boolean', bytes: 'Uint8Array' }[type];
  };

  // `suffix`: that of messages.
  const value = (field, suffix) => {
    if (!field.resolvedType) return scalar(field.type);
    const name = names.get(field.resolvedType.fullName.slice(1));
    return field.resolvedType.values ? name : `${name}${suffix}`;
  };

  const whole = (field, suffix) => {
    const one = value(field, suffix);
    if (field.map) return `{ [key: string]: ${one} }`;
    if (field.repeated) return one.includes('|') ? `(${one})[]` : `${one}[]`;
    return one;
  };

  // Messages, and fields of which presence is told (`optional`, `oneof`), are null when they were not sent.
  const nullable = (field) => {
    if (field.repeated || field.map || field.required) return false;
    return Boolean(field.partOf || (field.resolvedType && !field.resolvedType.values));
  };

  const decoded = (field) => `${field.name}: ${whole(field, '')}${nullable(field) ? ' | null' : ''};`;
  const encoded = (field) => {
    const type = whole(field, '.$Properties');
    return field.required ? `${field.name}: ${type};` : `${field.name}?: ${type} | null;`;
  };

  const enumeration = (name, { values }) =>
    `export enum ${name} {\n${Object.entries(values)
      .map(([key, number]) => `  ${key} = ${number},\n`)
      .join('')}}\n`;

  const message = (name, { fieldsArray }) => `export class ${name} {
${fieldsArray.map((field) => `  ${decoded(field)}\n`).join('')}
  static encode(message: ${name}.$Properties, writer?: Writer): Writer;
${exact ? '' : `  static decode(reader: Reader | Uint8Array, length?: number): ${name};\n`}}

export namespace ${name} {
  interface $Properties {
${fieldsArray.map((field) => `    ${encoded(field)}\n`).join('')}  }
}
`;

  return [...own].map(([full, name]) => (all.get(full).values ? enumeration : message)(name, all.get(full))).join('\n');
}
