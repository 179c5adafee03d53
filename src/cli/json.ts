const special = '<>&\u2028\u2029';

/** JSON as Go's encoder writes it, byte for byte: `<`, `>`, `&` and the two line separators are escaped. */
export function goJson(value: unknown, indent = 0): string {
  const json = JSON.stringify(value, undefined, indent);
  // Few texts hold one of them, and the engine takes 30 microseconds to make ready for the expression.
  for (let index = 0; index < special.length; index++) {
    if (json.includes(special[index] as string)) return escapeSpecial(json);
  }
  return json;
}

function escapeSpecial(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
